import { openClient } from './client.ts';
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  parseCommand,
  printJson,
  requireJobId,
  usage,
  type Command,
} from './command.ts';
import { EXIT } from './errors.ts';

const help = `Usage: offcut order <job id> <job id> [<job id> ...] [options]

Has waiting jobs take their turns in this order. They share out among them the turns that they have; all other jobs
keep theirs. Ends with 1 when one of the ids is no job of the server.

${CLIENT_HELP}

Examples:
  offcut order 01a20f53-c746-7199-a18b-66cc3c196071 01a20f52-0b1e-7d10-8a55-1c0de2a6f3b7
`;

export const order: Command = {
  summary: 'put waiting jobs into another order',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, CLIENT_OPTIONS, help);
    if (positionals.length < 2)
      throw usage('Name at least two job ids, the one that is to be first first.', help);
    const ids = positionals.map(requireJobId);
    const answer = await openClient(values).order(ids);
    if (values.json) printJson(answer);
    else for (const id of answer.job_ids) console.log(id);
    const unknown = ids.filter((id) => !answer.job_ids.includes(id));
    for (const id of unknown)
      console.error(`There is no job ${id}; the others are in the order that you named.`);
    return unknown.length > 0 ? EXIT.failed : EXIT.done;
  },
};
