import type { OwnModel } from '../../browser/offcut.ts';
import { t } from '../i18n/text.ts';

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
  if (size === null) return t('models.own.size-unclear', { text: text.size });
  const [mean, std] = [readTriple(text.mean), readTriple(text.std)];
  if (mean === undefined) return t('models.own.mean-unclear', { text: text.mean });
  if (std === undefined) return t('models.own.std-unclear', { text: text.std });
  const scale = text.scale.trim() === 'image-max' ? 'image-max' : Number(text.scale);
  if (Number.isNaN(scale)) return t('models.own.scale-unclear', { text: text.scale });
  const inputSize = { width: Number(size[1]), height: Number(size[2]) };
  return { id: text.id.trim(), inputSize, mean, std, scale };
}

function readTriple(text: string): [number, number, number] | undefined {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.some(Number.isNaN) || ![1, 3].includes(numbers.length)) return undefined;
  const [red = 0, green = red, blue = red] = numbers;
  return [red, green, blue];
}
