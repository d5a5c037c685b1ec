import { parseCommand, usage, type Command } from './command.ts';
import { describeCommands } from './describe-commands.ts';
import { EXIT } from './errors.ts';
import { completionFor, SHELLS } from './shells.ts';

const help = `Usage: offcut completion <bash, zsh or fish>

Prints what makes a shell complete commands, options and their values.

  -h, --help     this text

Examples:
  source <(offcut completion bash)
  offcut completion zsh > ~/.zfunc/_offcut
  offcut completion fish > ~/.config/fish/completions/offcut.fish
`;

export const completion: Command = {
  summary: 'print the completion of a shell',
  help,
  async run(args) {
    const { positionals } = parseCommand(args, { help: { type: 'boolean', short: 'h' } }, help);
    const shell = SHELLS.find((name) => name === positionals[0]);
    if (shell === undefined || positionals.length > 1)
      throw usage(`Name one shell: ${SHELLS.join(', ')}.`, help);
    // Only now: the table of commands holds this one as well.
    const { COMMANDS } = await import('./commands.ts');
    process.stdout.write(completionFor(shell, await describeCommands(COMMANDS)));
    return EXIT.done;
  },
};
