import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, parseCommand, printJson, usage, type Command } from './command.ts';
import { EXIT } from './errors.ts';

const pauseHelp = `Usage: offcut pause [options]

Pauses the queue, for everybody and also beyond a restart of the server: what is being worked on is finished, nothing
that waits is begun. Images can still be submitted. A server that wants keys wants an operator's here.

${CLIENT_HELP}

Examples:
  offcut pause
  offcut pause --server http://192.168.1.20:5000
`;

const resumeHelp = `Usage: offcut resume [options]

Lets the queue go on after \`offcut pause\`.

${CLIENT_HELP}

Examples:
  offcut resume
`;

export const pause = lineCommand('pause', 'pause the queue: nothing that waits is begun', pauseHelp);
export const resume = lineCommand('resume', 'let the queue go on after a pause', resumeHelp);

function lineCommand(name: 'pause' | 'resume', summary: string, help: string): Command {
  return {
    summary,
    help,
    async run(args) {
      const { values, positionals } = parseCommand(args, CLIENT_OPTIONS, help);
      if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
      const answer = await openClient(values)[name]();
      if (values.json) printJson(answer);
      else console.log(answer.message);
      return EXIT.done;
    },
  };
}
