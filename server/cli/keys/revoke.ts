import { parseCommand, usage, type Command } from '../command.ts';
import { DATA_HELP, DATA_OPTIONS } from '../data-folder.ts';
import { EXIT } from '../errors.ts';
import { unknownKey, withKeys } from './storage.ts';

const help = `Usage: offcut keys revoke <id> [<id> ...] [options]

Lets keys in no more: within two seconds, in every process of the server, open streams of events among it. Their jobs
are finished and kept until they are past their retention. A revoked key cannot be brought back.

${DATA_HELP}

Examples:
  offcut keys revoke 7Ck2mQ9xW4rT
`;

export const revoke: Command = {
  summary: 'let API keys in no more',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, DATA_OPTIONS, help);
    if (positionals.length === 0) throw usage('Name at least one key by its id.', help);
    return withKeys(values.data, async (keys) => {
      for (const given of positionals) {
        // A whole key is understood as well; its secret is not repeated.
        const id = given.startsWith('offcut_') ? (given.split('_')[1] ?? '') : given;
        if (!(await keys.revoke(id, Date.now()))) throw unknownKey(id);
        console.log(`${id} is revoked.`);
      }
      return EXIT.done;
    });
  },
};
