/** Entry of the command line: finds the command, runs it, and turns what went wrong into a sentence. */
import { VERSION } from '../version.ts';
import { toCliError } from './client.ts';
import { COMMANDS, isCommand, type CommandName } from './commands.ts';
import type { Command } from './command.ts';
import { CliError, EXIT } from './errors.ts';

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    console.log(VERSION);
    return EXIT.done;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(await overview());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (!isCommand(name)) {
    throw new CliError(EXIT.usage, `There is no command "${name}".\n\n${await overview()}`);
  }
  return runCommand(await COMMANDS[name](), args);
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name !== undefined && command.commands !== undefined && Object.hasOwn(command.commands, name)) {
    const inner = await command.commands[name]?.();
    if (inner !== undefined) return runCommand(inner, rest);
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help.trimEnd());
    return EXIT.done;
  }
  return command.run(args);
}

async function overview(): Promise<string> {
  const names = Object.keys(COMMANDS) as CommandName[];
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(12)}${(await COMMANDS[name]()).summary}`),
  );
  return `Offcut ${VERSION}: removes the background of photos.

Usage: offcut <command> [options]

${lines.join('\n')}

\`offcut <command> --help\` shows its options and examples.`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  const error = toCliError(cause);
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
