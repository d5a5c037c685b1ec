import { newWebhookSecret } from '../../webhooks/secret.ts';
import { parseCommand, printJson, usage, type Command } from '../command.ts';
import { DATA_HELP, DATA_OPTIONS } from '../data-folder.ts';
import { EXIT } from '../errors.ts';
import { unknownKey, withKeys } from './storage.ts';

const help = `Usage: offcut keys webhook-secret <id> [options]

Prints the secret that the webhooks of a key's jobs are signed with. Unlike the key it is stored as it is, since the
server has to sign with it.

  --renew              make another one first; webhooks are signed with it from then on
${DATA_HELP}

Examples:
  offcut keys webhook-secret 7Ck2mQ9xW4rT
  offcut keys webhook-secret 7Ck2mQ9xW4rT --renew
`;

const OPTIONS = { ...DATA_OPTIONS, renew: { type: 'boolean' } } as const;

export const webhookSecret: Command = {
  summary: 'show or change what the webhooks of an API key are signed with',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    const [id = '', ...more] = positionals;
    if (id === '' || more.length > 0) throw usage('Name one key by its id.', help);
    return withKeys(values.data, async (keys) => {
      if (values.renew && !(await keys.setWebhookSecret(id, newWebhookSecret()))) throw unknownKey(id);
      const key = await keys.find(id);
      if (key === undefined) throw unknownKey(id);
      if (values.json) printJson({ id, webhook_secret: key.webhookSecret });
      else console.log(key.webhookSecret);
      return EXIT.done;
    });
  },
};
