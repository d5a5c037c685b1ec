import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { isInstalled } from '../../matting/weights.ts';
import { readAdded } from '../../models/added.ts';
import { knownModels } from '../../models/catalogue.ts';
import { parseCommand, printJson, usage, type Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { licenceWords, megabytes, MODELS_OPTIONS } from './known.ts';

const help = `Usage: offcut models list [options]

Lists the models that there are: size, licence, and whether they are installed here.

  --installed    only those that are
  --json         print JSON with everything that is known of each
  -h, --help     this text

Examples:
  offcut models list
  offcut models list --installed --json
`;

const OPTIONS = { ...MODELS_OPTIONS, installed: { type: 'boolean' } } as const;

interface Row {
  readonly model: ModelSpec;
  readonly installed: boolean;
}

export const list: Command = {
  summary: 'list models',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const all = await Promise.all(
      (await knownModels()).map(async (model) => ({ model, installed: await isInstalled(model) })),
    );
    const rows = values.installed ? all.filter(({ installed }) => installed) : all;
    if (values.json) printJson(rows.map(({ model, installed }) => ({ ...model, installed })));
    else console.log(rows.map(line).join('\n'));
    for (const file of (await readAdded()).broken) {
      console.error(
        `${file} describes no model of this version and is ignored. Delete it, or add the model again.`,
      );
    }
    return EXIT.done;
  },
};

function line({ model, installed }: Row): string {
  const { id, bytes } = model;
  const state = installed ? 'installed' : '-';
  const marks = [
    id === DEFAULT_MODEL.id ? 'default' : '',
    findModel(id) === undefined ? 'your own' : '',
  ].filter(Boolean);
  const columns = [id.padEnd(22), megabytes(bytes).padStart(9), state.padEnd(9), licenceWords(model)];
  return `${columns.join('  ')}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}
