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
  models: async () => (await import('./models.ts')).models,
  serve: async () => (await import('./serve.ts')).serveCommand,
  completion: async (): Promise<Command> => (await import('./completion.ts')).completionOf(COMMANDS),
} as const satisfies Record<string, () => Promise<Command>>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
