import { newKey } from '../../access/new-key.ts';
import { parseCommand, printJson, usage, type Command } from '../command.ts';
import { DATA_HELP, DATA_OPTIONS } from '../data-folder.ts';
import { EXIT } from '../errors.ts';
import { LIMIT_OPTIONS, limitWords, readLimits } from './limits.ts';
import { withKeys } from './storage.ts';

const help = `Usage: offcut keys create <name> [options]

Makes an API key and prints it. It is printed once: the server keeps no more than its hash. The secret that its
webhooks are signed with is printed as well, and can be shown again.

  --rate N/min         requests in a minute, or none for any number (default 600/min)
  --images N/min       images in a minute (default none)
  --max-waiting N      images that wait or are worked on at a time (default none)
  --max-jobs N         jobs that are kept (default none)
  --max-bytes SIZE     images and results that are kept, such as 500M or 10G (default none)
  --operator           may also pause and resume the queue, which concerns the jobs of all
${DATA_HELP}

Examples:
  offcut keys create shop
  offcut keys create partner --rate 60/min --images 100/min --max-waiting 500 --max-bytes 10G
`;

const OPTIONS = { ...DATA_OPTIONS, ...LIMIT_OPTIONS, operator: { type: 'boolean' } } as const;
const MOST_CHARACTERS = 100;

export const create: Command = {
  summary: 'make an API key',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    const [given = '', ...more] = positionals;
    const name = given.trim();
    if (name === '' || more.length > 0) throw usage('Give the key one name.', help);
    if (name.length > MOST_CHARACTERS || /\p{Cc}/u.test(name))
      throw usage(`A name has up to ${String(MOST_CHARACTERS)} characters, none of control.`, help);
    const limits = readLimits(values, help);
    const { key, text } = newKey({ name, limits, operator: values.operator ?? false }, Date.now());
    await withKeys(values.data, (keys) => keys.add(key));
    if (values.json) {
      const { id, webhookSecret: webhook_secret, operator } = key;
      printJson({ id, name, key: text, webhook_secret, limits, operator });
      return EXIT.done;
    }
    // The key alone on standard output, so that it can be caught: KEY=$(offcut keys create shop)
    console.log(text);
    console.error(`Key ${key.id} "${name}": ${limitWords(limits)}. It is not shown again.`);
    console.error(`Its webhooks are signed with ${key.webhookSecret}`);
    return EXIT.done;
  },
};
