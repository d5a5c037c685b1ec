import { OffcutError } from '#client/index.ts';
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

const help = `Usage: offcut cancel <job id> [<job id> ...] [options]

Cancels jobs. Images that are finished already keep their results. Ends with 1 when a job could not be cancelled.

${CLIENT_HELP}

Examples:
  offcut cancel 01a20f53-c746-7199-a18b-66cc3c196071
`;

export const cancel: Command = {
  summary: 'cancel jobs',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, CLIENT_OPTIONS, help);
    if (positionals.length === 0) throw usage('Name at least one job id.', help);
    const client = openClient(values);
    let exitCode: number = EXIT.done;
    for (const id of positionals.map(requireJobId)) {
      try {
        const answer = await client.cancel(id);
        if (values.json) printJson(answer);
        else console.log(`${answer.job_id}  ${answer.message}`);
      } catch (error) {
        // The others are cancelled all the same.
        if (!(error instanceof OffcutError) || error.code === 'unreachable') throw error;
        console.error(error.detail);
        exitCode = EXIT.failed;
      }
    }
    return exitCode;
  },
};
