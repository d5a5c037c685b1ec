import { rm } from 'node:fs/promises';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { modelsFolder, weightsPath } from '../../matting/weights.ts';
import { forgetAdded } from '../../models/added.ts';
import { sizeOf } from '../../models/download.ts';
import { parseCommand, usage, type Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { megabytes, MODELS_OPTIONS, requireModel } from './known.ts';

const help = `Usage: offcut models remove <id> [<id> ...] [options]

Deletes the files of models, and what an interrupted download of them has left. One of your own is forgotten.

  -h, --help     this text

Examples:
  offcut models remove birefnet-general
`;

export const remove: Command = {
  summary: 'delete models',
  help,
  async run(args) {
    const { positionals } = parseCommand(args, MODELS_OPTIONS, help);
    if (positionals.length === 0) throw usage('Name at least one model.', help);
    for (const model of await Promise.all(positionals.map(requireModel))) {
      const file = weightsPath(model);
      const bytes = await sizeOf(file);
      if (findModel(model.id) === undefined) await forgetAdded(model, modelsFolder());
      await rm(file, { force: true });
      await rm(`${file}.partial`, { force: true });
      console.log(
        bytes === 0 ? `${model.id} was not installed.` : `${model.id} is deleted (${megabytes(bytes)}).`,
      );
      if (model.id === DEFAULT_MODEL.id) console.log('It is the default: the next start fetches it again.');
    }
    return EXIT.done;
  },
};
