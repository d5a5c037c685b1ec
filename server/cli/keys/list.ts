import type { ApiKey } from '../../access/key-store.ts';
import { parseCommand, printJson, usage, type Command } from '../command.ts';
import { DATA_HELP, DATA_OPTIONS } from '../data-folder.ts';
import { EXIT } from '../errors.ts';
import { limitWords } from './limits.ts';
import { withKeys } from './storage.ts';

const help = `Usage: offcut keys list [options]

Lists the API keys, the oldest first: when each was made and used last (to within some minutes), and what it may do.

${DATA_HELP}

Examples:
  offcut keys list
`;

export const list: Command = {
  summary: 'list API keys',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, DATA_OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const keys = await withKeys(values.data, (store) => store.list());
    if (values.json) printJson(keys.map(toJson));
    else if (keys.length === 0)
      console.log('There are no keys. The server answers everybody who can reach it.');
    else console.log(keys.map(line).join('\n'));
    return EXIT.done;
  },
};

/** Neither the hash nor the secret. */
function toJson({ id, name, limits, operator, createdAt, lastUsedAt, revokedAt }: ApiKey) {
  return {
    id,
    name,
    limits,
    operator,
    created_at: iso(createdAt),
    last_used_at: iso(lastUsedAt),
    revoked_at: iso(revokedAt),
  };
}

function line({ id, name, limits, operator, createdAt, lastUsedAt, revokedAt }: ApiKey): string {
  const used = lastUsedAt === null ? 'never used' : `used ${minute(lastUsedAt)}`;
  const state =
    revokedAt === null
      ? `${limitWords(limits)}${operator ? ', operator' : ''}`
      : `revoked ${minute(revokedAt)}`;
  return [id, `made ${minute(createdAt)}`, used.padEnd(21), state, name].join('  ');
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
