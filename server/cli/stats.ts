import { STATES } from '#queue/states.ts';
import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, parseCommand, printJson, usage, type Command } from './command.ts';
import { EXIT } from './errors.ts';

const help = `Usage: offcut stats [options]

Shows how many jobs are in each state, and whether the server's runners are at work.

${CLIENT_HELP}

Examples:
  offcut stats
  offcut stats --server http://192.168.1.20:5000
`;

export const stats: Command = {
  summary: 'show how many jobs are in each state',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, CLIENT_OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const answer = await openClient(values).stats();
    if (values.json) {
      printJson(answer);
      return EXIT.done;
    }
    for (const name of [...STATES, 'total'] as const) {
      console.log(`${name.padEnd(11)}${String(answer.stats[name]).padStart(6)}`);
    }
    const { status, max_concurrent: most, paused } = answer.worker;
    const pause = paused ? '; the queue is paused' : '';
    console.log(`worker     ${status}, up to ${String(most)} images at a time${pause}`);
    return EXIT.done;
  },
};
