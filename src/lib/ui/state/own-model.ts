import type { OwnModel } from '../../browser/offcut.ts';

/** The fields of the form for a model of the user's own, as typed. */
export interface OwnModelText {
  readonly id: string;
  readonly size: string;
  readonly mean: string;
  readonly std: string;
  readonly scale: string;
}

/** Either the model, or a sentence that says which field is not understood. */
export function readOwnModel(text: OwnModelText): OwnModel | string {
  const size = /^\s*(\d+)\s*[x×]\s*(\d+)\s*$/i.exec(text.size);
  if (size === null) return `The size "${text.size}" is not such as 320x320.`;
  const [mean, std] = [readTriple(text.mean), readTriple(text.std)];
  if (mean === undefined) return `The mean "${text.mean}" is neither one number nor three.`;
  if (std === undefined) return `The deviation "${text.std}" is neither one number nor three.`;
  const scale = text.scale.trim() === 'image-max' ? 'image-max' : Number(text.scale);
  if (Number.isNaN(scale)) return `The divisor "${text.scale}" is neither a number nor image-max.`;
  const inputSize = { width: Number(size[1]), height: Number(size[2]) };
  return { id: text.id.trim(), inputSize, mean, std, scale };
}

function readTriple(text: string): [number, number, number] | undefined {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.some(Number.isNaN) || ![1, 3].includes(numbers.length)) return undefined;
  const [red = 0, green = red, blue = red] = numbers;
  return [red, green, blue];
}
