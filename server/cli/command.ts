import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { z } from 'zod';
import { CliError, EXIT } from './errors.ts';

export interface Command {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What --help prints. */
  readonly help: string;
  /** Commands below this one, by name. */
  readonly commands?: Readonly<Record<string, () => Promise<Command>>>;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

export const DEFAULT_SERVER = 'http://127.0.0.1:5000';

/** Options of every command that talks to a server. */
export const CLIENT_OPTIONS = {
  server: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const CLIENT_HELP = `  --server URL   the server (OFFCUT_SERVER; default ${DEFAULT_SERVER})
  --key KEY      an API key of the server; better in OFFCUT_KEY, where no list of processes shows it
  --json         print JSON, for programs
  -h, --help     this text`;

/** @throws CliError for an option that does not exist, or lacks its value */
export function parseCommand<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  help: string,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw usage(message, help);
  }
}

export function usage(message: string, help: string): CliError {
  return new CliError(EXIT.usage, `${message}\n\n${help.trimEnd()}`);
}

/** @throws CliError when there is not exactly one */
export function onlyJobId(positionals: readonly string[], help: string): string {
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw usage('Name exactly one job id.', help);
  return requireJobId(id);
}

/** @throws CliError */
export function requireJobId(id: string): string {
  if (z.uuid().safeParse(id).success) return id;
  throw new CliError(EXIT.usage, `"${id}" is no job id. \`offcut list\` shows those of the server.`);
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}
