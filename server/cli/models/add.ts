import { MattingError } from '#matting/errors.ts';
import { modelsFolder } from '../../matting/weights.ts';
import { addModel, type Description } from '../../models/add.ts';
import { parseCommand, usage, type Command } from '../command.ts';
import { CliError, EXIT } from '../errors.ts';
import { MODELS_OPTIONS } from './known.ts';

const help = `Usage: offcut models add <file.onnx> --id NAME --size WxH --mean R,G,B --std R,G,B [options]

Installs a model of your own: a network that takes one RGB image (1 × 3 × height × width) and gives a mask. Each
channel becomes (value / scale - mean) / std. The file is run once, and copied when it gives a mask.

  --id NAME            the name by which submissions ask for it
  --size WxH           pixels that the network sees, such as 1024x1024
  --mean R,G,B         or one number for all three
  --std R,G,B          or one number for all three
  --scale N            divisor (default 255), or image-max: the image's own greatest value, as rembg does it
  --postprocess P      min-max (default): stretch the mask to 0 … 1; clamp: it is a mask already
  --activation sigmoid apply a sigmoid that the network lacks
  --output N           which of its outputs is the mask (default 0)
  --keeps-aspect       the network takes any size: --size is then that of the shorter side
  --title TEXT         how it is shown (default: the id)
  --licence NAME       (default: unknown)
  --commercial-use     commercial use is allowed
  -h, --help           this text

Examples:
  offcut models add mine.onnx --id mine --size 320x320 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
  offcut models add rmbg.onnx --id rmbg --size 1024x1024 --mean 0.5 --std 1 --licence CC-BY-NC-4.0
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  ...MODELS_OPTIONS,
  id: text,
  size: text,
  mean: text,
  std: text,
  scale: text,
  postprocess: text,
  activation: text,
  output: text,
  'keeps-aspect': flag,
  title: text,
  licence: text,
  'commercial-use': flag,
} as const;

type Values = ReturnType<typeof parseCommand<typeof OPTIONS>>['values'];

export const add: Command = {
  summary: 'install a model of your own',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw usage('Name exactly one file.', help);
    const description = toDescription(values);
    try {
      const model = await addModel(file, description, modelsFolder());
      console.log(`${model.id} is installed. Use it with --model ${model.id}.`);
      return EXIT.done;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      const code = cause instanceof MattingError ? EXIT.failed : EXIT.usage;
      throw new CliError(code, cause.message, { cause });
    }
  },
};

function toDescription(values: Values): Description {
  const { id, size, mean, std } = values;
  if (id === undefined || size === undefined || mean === undefined || std === undefined) {
    throw usage('A model needs --id, --size, --mean and --std.', help);
  }
  return {
    id,
    title: values.title ?? id,
    inputSize: toSize(size),
    ...(values['keeps-aspect'] === true && { keepsAspect: true }),
    scale: values.scale === 'image-max' ? 'image-max' : toNumber('--scale', values.scale ?? '255'),
    mean: toTriple('--mean', mean),
    std: toTriple('--std', std),
    outputIndex: toNumber('--output', values.output ?? '0'),
    ...(values.activation !== undefined && {
      activation: oneOf('--activation', values.activation, ['sigmoid']),
    }),
    postprocess: oneOf('--postprocess', values.postprocess ?? 'min-max', ['min-max', 'clamp']),
    licence: values.licence ?? 'unknown',
    commercialUse: values['commercial-use'] ?? false,
  };
}

function toSize(given: string): Description['inputSize'] {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(given) ?? [];
  if (width === undefined || height === undefined)
    throw usage(`--size ${given} is not such as 320x320.`, help);
  return { width: Number(width), height: Number(height) };
}

function toTriple(option: string, given: string): [number, number, number] {
  const numbers = given.split(',').map((each) => toNumber(option, each));
  const [red, green = red, blue = red] = numbers;
  if (red === undefined || green === undefined || blue === undefined || ![1, 3].includes(numbers.length)) {
    throw usage(`${option} ${given} is neither one number nor three.`, help);
  }
  return [red, green, blue];
}

function toNumber(option: string, given: string): number {
  const number = given.trim() === '' ? Number.NaN : Number(given);
  if (Number.isFinite(number)) return number;
  throw usage(`${option} ${given} is no number.`, help);
}

function oneOf<const T extends string>(option: string, given: string, values: readonly T[]): T {
  const found = values.find((value) => value === given);
  if (found === undefined) throw usage(`${option} ${given} is none of: ${values.join(', ')}.`, help);
  return found;
}
