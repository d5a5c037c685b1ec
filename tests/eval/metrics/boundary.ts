import type { Mask } from '#matting/image.ts';

const HALF = 128;

/**
 * F-measure of the outline at one half: the share of found outline pixels that lie within `tolerancePixels` of a true
 * one, and the other way round. Martin, Fowlkes & Malik, PAMI 2004; as a measure of segmentation, Perazzi et al.,
 * CVPR 2016 (DAVIS), whose tolerance is 0.8 % of the diagonal. 1 when neither has an outline.
 */
export function boundaryF(found: Mask, truth: Mask, tolerancePixels: number): number {
  const a = outline(found);
  const b = outline(truth);
  const precision = shareWithin(a, b, truth, tolerancePixels);
  const recall = shareWithin(b, a, truth, tolerancePixels);
  if (precision === undefined && recall === undefined) return 1;
  if (!precision || !recall) return 0;
  return (2 * precision * recall) / (precision + recall);
}

/** Subject pixels with a neighbour (of four) outside the subject. */
function outline({ width, height, data }: Mask): Uint8Array {
  const edge = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] < HALF) continue;
      const open =
        (x > 0 && data[i - 1] < HALF) ||
        (x < width - 1 && data[i + 1] < HALF) ||
        (y > 0 && data[i - width] < HALF) ||
        (y < height - 1 && data[i + width] < HALF);
      if (open) edge[i] = 1;
    }
  }
  return edge;
}

/** Undefined when `edge` has no pixel. */
function shareWithin(
  edge: Uint8Array,
  other: Uint8Array,
  { width, height }: Mask,
  tolerancePixels: number,
): number | undefined {
  const near = squaredDistances(other, width, height);
  const reach = tolerancePixels * tolerancePixels;
  let count = 0;
  let hits = 0;
  for (let i = 0; i < edge.length; i++) {
    if (edge[i] === 0) continue;
    count++;
    if (near[i] <= reach) hits++;
  }
  return count === 0 ? undefined : hits / count;
}

/** Exact euclidean, in two passes: Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled Functions", 2012. */
function squaredDistances(points: Uint8Array, width: number, height: number): Float64Array {
  const far = 1e12;
  const result = Float64Array.from(points, (point) => (point ? 0 : far));
  const longest = Math.max(width, height);
  const line = new Float64Array(longest);
  const hull = new Int32Array(longest);
  const borders = new Float64Array(longest + 1);
  const along = (start: number, step: number, length: number) => {
    for (let i = 0; i < length; i++) line[i] = result[start + i * step];
    let last = 0;
    hull[0] = 0;
    borders[0] = -Infinity;
    borders[1] = Infinity;
    for (let q = 1; q < length; q++) {
      const meet = (v: number) => (line[q] + q * q - line[v] - v * v) / (2 * (q - v));
      while (meet(hull[last]) <= borders[last]) last--;
      borders[last + 1] = meet(hull[last]);
      hull[++last] = q;
      borders[last + 1] = Infinity;
    }
    for (let q = 0, k = 0; q < length; q++) {
      while (borders[k + 1] < q) k++;
      result[start + q * step] = (q - hull[k]) ** 2 + line[hull[k]];
    }
  };
  for (let x = 0; x < width; x++) along(x, width, height);
  for (let y = 0; y < height; y++) along(y * width, 1, width);
  return result;
}
