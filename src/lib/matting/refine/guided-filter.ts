/**
 * Fast guided filter with a colour guide: He & Sun, "Fast Guided Filter", arXiv:1505.00996, 2015. It enlarges what
 * the closed form has solved small; by itself it is kept for comparison (see docs/quality.md): `edge.ts` is what ships.
 */
import type { Mask, PixelImage } from '../image.ts';
import type { Steps } from '../steps.ts';
import { boxMean, clamp, type Plane, plane } from './plane.ts';

/** Longer side of the small copies that the filter is computed on. */
const SIDE = 512;

export interface GuidedFilterOptions {
  /** Pixels of the small copy. */
  readonly radius: number;
  /** Variance of colour (0 to 1) below which a window counts as flat. */
  readonly epsilon: number;
}

const DEFAULTS: GuidedFilterOptions = { radius: 8, epsilon: 1e-4 };

/** Filters `mask`, which has the image's size, in place. */
export function* guidedFilter(image: PixelImage, mask: Mask, options: GuidedFilterOptions = DEFAULTS): Steps {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const width = Math.max(2, Math.round(image.width * scale));
  const height = Math.max(2, Math.round(image.height * scale));
  const [p, r, g, b] = smallCopies(image, mask, width, height);
  yield* enlarge(image, mask, coefficients(p, [r, g, b], options));
}

/** Averages of a few samples a pixel. */
function smallCopies(image: PixelImage, mask: Mask, width: number, height: number): Plane[] {
  const copies = [plane(width, height), plane(width, height), plane(width, height), plane(width, height)];
  const samples = Math.max(1, Math.min(3, Math.round(image.width / width)));
  const weight = 1 / (255 * samples * samples);
  for (let y = 0; y < height * samples; y++) {
    const row = Math.floor(((y + 0.5) * image.height) / (height * samples)) * image.width;
    for (let x = 0; x < width * samples; x++) {
      const from = row + Math.floor(((x + 0.5) * image.width) / (width * samples));
      const to = Math.floor(y / samples) * width + Math.floor(x / samples);
      copies[0].data[to] += mask.data[from] * weight;
      for (let c = 0; c < 3; c++) copies[c + 1].data[to] += image.data[from * 4 + c] * weight;
    }
  }
  return copies;
}

/** red, green, blue and offset of the local linear model, averaged over all windows that hold a pixel. */
function coefficients(p: Plane, guide: readonly Plane[], { radius, epsilon }: GuidedFilterOptions): Plane[] {
  const mean = (value: Plane) => boxMean(value, radius);
  const product = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((v, i) => v * b.data[i]) });
  const meanP = mean(p);
  const means = guide.map(mean);
  const withP = guide.map((channel) => mean(product(channel, p)));
  const pairs = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => (j < i ? meanP : mean(product(guide[i], guide[j])))),
  );
  const result = [0, 1, 2, 3].map(() => plane(p.width, p.height));
  for (let i = 0; i < p.data.length; i++) {
    const covariance = (a: number, c: number) =>
      pairs[Math.min(a, c)][Math.max(a, c)].data[i] - means[a].data[i] * means[c].data[i];
    const right = [0, 1, 2].map((c) => withP[c].data[i] - means[c].data[i] * meanP.data[i]);
    const solved = solve3(
      covariance(0, 0) + epsilon,
      covariance(0, 1),
      covariance(0, 2),
      covariance(1, 1) + epsilon,
      covariance(1, 2),
      covariance(2, 2) + epsilon,
      right,
    );
    let offset = meanP.data[i];
    for (let c = 0; c < 3; c++) {
      result[c].data[i] = solved[c];
      offset -= solved[c] * means[c].data[i];
    }
    result[3].data[i] = offset;
  }
  return result.map(mean);
}

/** Solves a symmetric system by Cramer's rule. */
function solve3(
  xx: number,
  xy: number,
  xz: number,
  yy: number,
  yz: number,
  zz: number,
  [x, y, z]: readonly number[],
): readonly number[] {
  const a = yy * zz - yz * yz;
  const b = xz * yz - xy * zz;
  const c = xy * yz - xz * yy;
  const d = xx * zz - xz * xz;
  const e = xy * xz - xx * yz;
  const f = xx * yy - xy * xy;
  const determinant = xx * a + xy * b + xz * c;
  return [
    (a * x + b * y + c * z) / determinant,
    (b * x + d * y + e * z) / determinant,
    (c * x + e * y + f * z) / determinant,
  ];
}

function* enlarge({ width, height, data }: PixelImage, mask: Mask, small: readonly Plane[]): Steps {
  const [red, green, blue, offset] = small;
  for (let y = 0, pixel = 0; y < height; y++) {
    const v = clamp(((y + 0.5) * red.height) / height - 0.5, 0, red.height - 1);
    const upper = Math.min(Math.floor(v), red.height - 2);
    for (let x = 0; x < width; x++, pixel++) {
      const u = clamp(((x + 0.5) * red.width) / width - 0.5, 0, red.width - 1);
      const left = Math.min(Math.floor(u), red.width - 2);
      const at = upper * red.width + left;
      const mixed = ({ data: of, width: w }: Plane) => {
        const top = of[at] + (of[at + 1] - of[at]) * (u - left);
        const bottom = of[at + w] + (of[at + w + 1] - of[at + w]) * (u - left);
        return top + (bottom - top) * (v - upper);
      };
      const colour =
        mixed(red) * data[pixel * 4] + mixed(green) * data[pixel * 4 + 1] + mixed(blue) * data[pixel * 4 + 2];
      mask.data[pixel] = Math.round(clamp(colour + mixed(offset) * 255, 0, 255));
    }
    yield;
  }
}
