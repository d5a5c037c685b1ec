import { fileFault, howToGet, weightsPath } from '../../matting/weights.ts';
import { knownModels } from '../../models/catalogue.ts';
import { parseCommand, printJson, type Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { MODELS_OPTIONS, requireModel } from './known.ts';

const help = `Usage: offcut models verify [<id> ...] [options]

Checks size and checksum of the models that are named, or of all that are installed. Ends with 1 when one is not right.

  --json         print JSON, for programs
  -h, --help     this text

Examples:
  offcut models verify
  offcut models verify u2netp
`;

export const verify: Command = {
  summary: 'check the files of models',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, MODELS_OPTIONS, help);
    const named = await Promise.all(positionals.map(requireModel));
    const findings: { id: string; file: string; fault: string | null }[] = [];
    for (const model of named.length > 0 ? named : await knownModels()) {
      const file = weightsPath(model);
      const fault = (await fileFault(model, file)) ?? null;
      if (named.length === 0 && fault === 'is missing') continue;
      findings.push({ id: model.id, file, fault });
      if (values.json) continue;
      console.log(
        `${model.id.padEnd(22)}  ${fault === null ? 'ok' : `${file} ${fault}; ${howToGet(model)}`}`,
      );
    }
    if (values.json) printJson(findings);
    return findings.every(({ fault }) => fault === null) ? EXIT.done : EXIT.failed;
  },
};
