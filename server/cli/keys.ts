import { EXIT } from './errors.ts';
import { usage, type Command } from './command.ts';

/** Each in a file of its own, loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import('./keys/create.ts')).create,
  list: async () => (await import('./keys/list.ts')).list,
  revoke: async () => (await import('./keys/revoke.ts')).revoke,
  'webhook-secret': async () => (await import('./keys/webhook-secret.ts')).webhookSecret,
};

const help = `Usage: offcut keys <command> [options]

Manages the API keys of a server, in its own storage: OFFCUT_DATA_DIR, or DATABASE_URL where that is set. Run it on the
machine of the server; a running one follows within two seconds. With the first key the server closes to everybody who
has none, for good: a revoked key still counts.

  create <name>         make a key
  list                  list the keys, revoked ones too
  revoke <id> [...]     let keys in no more
  webhook-secret <id>   show what a key's webhooks are signed with, or change it

\`offcut keys <command> --help\` shows its options.

Examples:
  offcut keys create shop
  offcut keys revoke 7Ck2mQ9xW4rT
`;

export const keys: Command = {
  summary: 'make, list and revoke the API keys of a server',
  help,
  commands: COMMANDS,
  async run(args) {
    const [name] = args;
    if (name !== undefined) throw usage(`There is no command "keys ${name}".`, help);
    console.log(help.trimEnd());
    return EXIT.usage;
  },
};
