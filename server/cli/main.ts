/** Entry of the command line: finds the command, runs it, and turns what went wrong into a sentence. */
import { VERSION } from '../version.ts';
import { COMMANDS, isCommand, type CommandName } from './commands.ts';
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
  const command = await COMMANDS[name]();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help.trimEnd());
    return EXIT.done;
  }
  return command.run(args);
}

async function overview(): Promise<string> {
  const names = Object.keys(COMMANDS) as CommandName[];
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(9)}${(await COMMANDS[name]()).summary}`),
  );
  return `Offcut ${VERSION}: removes the background of photos.

Usage: offcut <command> [options]

${lines.join('\n')}

\`offcut <command> --help\` shows its options and examples.`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
