import { parseCommand, usage, type Command } from './command.ts';
import { describeCommands, type Commands } from './describe-commands.ts';
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

/** @param commands all commands, this one among them */
export function completionOf(commands: Commands): Command {
  return {
    summary: 'print the completion of a shell',
    help,
    async run(args) {
      const { positionals } = parseCommand(args, { help: { type: 'boolean', short: 'h' } }, help);
      const shell = SHELLS.find((name) => name === positionals[0]);
      if (shell === undefined || positionals.length > 1) {
        throw usage(`Name one shell: ${SHELLS.join(', ')}.`, help);
      }
      process.stdout.write(completionFor(shell, await describeCommands(commands)));
      return EXIT.done;
    },
  };
}
