/** What happens between the scene and the file: lens, movement, sensor. */
import type { Mask, PixelImage } from '#matting/image.ts';
import { clamp } from './colour.ts';
import type { Random } from './random.ts';
import { Sheet } from './sheet.ts';

/** Averages along a straight path of `length` pixels, as an exposure of a moving subject does. Exact in alpha. */
export function moved(sheet: Sheet, length: number, angle: number): Sheet {
  const taps = Math.max(Math.ceil(length), 1);
  const { width, height, data } = sheet;
  const result = new Sheet(width, height);
  for (let tap = 0; tap < taps; tap++) {
    const along = ((tap + 0.5) / taps - 0.5) * length;
    const dx = Math.round(along * Math.cos(angle));
    const dy = Math.round(along * Math.sin(angle));
    for (let y = Math.max(dy, 0); y < Math.min(height, height + dy); y++) {
      const from = Math.max(dx, 0);
      const to = Math.min(width, width + dx);
      const shift = (dy * width + dx) * 4;
      for (let at = (y * width + from) * 4; at < (y * width + to) * 4; at++) {
        result.data[at] += data[at - shift] / taps;
      }
    }
  }
  return result;
}

/** The lens: [1 2 1] in both directions, `times` times; on premultiplied paint it is exact in alpha and colour. */
export function softened(sheet: Sheet, times: number): Sheet {
  let current = sheet;
  for (let i = 0; i < times; i++) current = softenedOnce(current);
  return current;
}

function softenedOnce({ width, height, data }: Sheet): Sheet {
  const result = new Sheet(width, height);
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const start = y * width * 4;
    const end = start + width * 4;
    for (let at = start; at < end; at++) {
      const before = at - 4 < start ? at : at - 4;
      const after = at + 4 >= end ? at : at + 4;
      rows[at] = (data[before] + 2 * data[at] + data[after]) / 4;
    }
  }
  const line = width * 4;
  for (let at = 0; at < rows.length; at++) {
    const above = at < line ? at : at - line;
    const below = at + line >= rows.length ? at : at + line;
    result.data[at] = (rows[above] + 2 * rows[at] + rows[below]) / 4;
  }
  return result;
}

export interface Exposure {
  readonly image: PixelImage<ArrayBuffer>;
  readonly truth: Mask;
  /** The subject's own colours with the sensor's grain, straight, where `truth` is above 0. */
  readonly colours: PixelImage<ArrayBuffer>;
}

/** Subject over background, with grain of about `noise` (standard deviation of a mid grey, of 255). */
export function expose(subject: Sheet, background: Sheet, noise: number, random: Random): Exposure {
  const { width, height } = subject;
  const image = new Uint8ClampedArray(width * height * 4);
  const colours = new Uint8ClampedArray(width * height * 4);
  const truth = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < truth.length; i++, at += 4) {
    const alpha = clamp(subject.data[at + 3]);
    truth[i] = Math.round(alpha * 255);
    image[at + 3] = colours[at + 3] = 255;
    for (let c = at; c < at + 3; c++) {
      const seen = subject.data[c] + background.data[c] * (1 - alpha);
      // Shot noise grows with the root of the light.
      const grain = noise === 0 ? 0 : random.normal() * noise * (0.4 + 0.85 * Math.sqrt(seen));
      image[c] = seen * 255 + grain;
      colours[c] = truth[i] === 0 ? 0 : (subject.data[c] / alpha) * 255 + grain;
    }
  }
  return {
    image: { width, height, data: image },
    truth: { width, height, data: truth },
    colours: { width, height, data: colours },
  };
}
