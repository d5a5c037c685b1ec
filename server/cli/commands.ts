import type { Command } from './command.ts';

/** Each in a file of its own, loaded when it is called: `offcut list` needs no server code. */
export const COMMANDS = {
  rm: async () => (await import('./rm.ts')).rm,
  submit: async () => (await import('./submit.ts')).submit,
  status: async () => (await import('./status.ts')).status,
  monitor: async () => (await import('./monitor.ts')).monitor,
  list: async () => (await import('./list.ts')).list,
  stats: async () => (await import('./stats.ts')).stats,
  cancel: async () => (await import('./cancel.ts')).cancel,
  order: async () => (await import('./order.ts')).order,
  pause: async () => (await import('./pause.ts')).pause,
  resume: async () => (await import('./pause.ts')).resume,
  models: async () => (await import('./models.ts')).models,
  serve: async () => (await import('./serve.ts')).serveCommand,
  runner: async () => (await import('./runner.ts')).runnerCommand,
  keys: async () => (await import('./keys.ts')).keys,
  doctor: async () => (await import('./doctor.ts')).doctor,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  completion: async (): Promise<Command> => (await import('./completion.ts')).completionOf(COMMANDS),
} as const satisfies Record<string, () => Promise<Command>>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
