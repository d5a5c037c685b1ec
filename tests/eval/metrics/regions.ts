/** How well the region of a subject was found: both metrics compare with the truth cut at one half. */
import type { Mask } from '#matting/image.ts';

const HALF = 128;
/** Precision counts more than recall: Achanta et al., "Frequency-tuned Salient Region Detection", CVPR 2009. */
const BETA_SQUARED = 0.3;

/** The greatest F-measure over all 255 thresholds of `found`, 0 to 1; 0 when the truth is empty. */
export function maxFMeasure(found: Mask, truth: Mask): number {
  const inside = new Float64Array(256);
  const outside = new Float64Array(256);
  let subject = 0;
  for (let i = 0; i < truth.data.length; i++) {
    const isSubject = truth.data[i] >= HALF;
    (isSubject ? inside : outside)[found.data[i]]++;
    if (isSubject) subject++;
  }
  let best = 0;
  let hits = 0;
  let misses = 0;
  for (let threshold = 255; threshold > 0; threshold--) {
    hits += inside[threshold];
    misses += outside[threshold];
    if (hits === 0) continue;
    const precision = hits / (hits + misses);
    const recall = hits / subject;
    const f = ((1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
    best = Math.max(best, f);
  }
  return best;
}

const EPSILON = Number.EPSILON;

/**
 * Structure measure with α = 0.5, 0 to 1: Fan et al., "Structure-measure: A New Way to Evaluate Foreground Maps",
 * ICCV 2017, after the authors' code.
 */
export function structureMeasure(found: Mask, truth: Mask): number {
  const share = meanIf(truth, () => true, truth, HALF).share;
  const mean = found.data.reduce((sum, value) => sum + value, 0) / (255 * found.data.length);
  if (share === 0) return 1 - mean;
  if (share === 1) return mean;
  return Math.max(0.5 * objectScore(found, truth, share) + 0.5 * regionScore(found, truth), 0);
}

function meanIf(mask: Mask, wanted: (isSubject: boolean) => boolean, truth: Mask, cut: number) {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let subject = 0;
  for (let i = 0; i < truth.data.length; i++) {
    const isSubject = truth.data[i] >= cut;
    if (isSubject) subject++;
    if (!wanted(isSubject)) continue;
    const value = mask.data[i] / 255;
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  // The sample's deviation, as MATLAB's std.
  const deviation = count > 1 ? Math.sqrt(Math.max((squares - count * mean * mean) / (count - 1), 0)) : 0;
  return { share: subject / truth.data.length, mean, deviation };
}

function objectScore(found: Mask, truth: Mask, share: number): number {
  const score = (mean: number, deviation: number) => (2 * mean) / (mean * mean + 1 + deviation + EPSILON);
  const front = meanIf(found, (isSubject) => isSubject, truth, HALF);
  const back = meanIf(found, (isSubject) => !isSubject, truth, HALF);
  return share * score(front.mean, front.deviation) + (1 - share) * score(1 - back.mean, back.deviation);
}

/** The image in four about the subject's centroid, each part compared like SSIM and weighted by its area. */
function regionScore(found: Mask, truth: Mask): number {
  const { width, height } = truth;
  const [cx, cy] = centroid(truth);
  let sum = 0;
  for (const [left, right] of [
    [0, cx],
    [cx, width],
  ]) {
    for (const [top, bottom] of [
      [0, cy],
      [cy, height],
    ]) {
      const area = (right - left) * (bottom - top);
      if (area > 0) sum += (area / (width * height)) * similarity(found, truth, left, top, right, bottom);
    }
  }
  return sum;
}

/** In pixels from the corner, so that the first part holds the centroid's own row and column. */
function centroid({ width, data }: Mask): readonly [number, number] {
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] < HALF) continue;
    count++;
    sumX += i % width;
    sumY += Math.floor(i / width);
  }
  return [Math.round(sumX / count) + 1, Math.round(sumY / count) + 1];
}

function similarity(
  found: Mask,
  truth: Mask,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const n = (right - left) * (bottom - top);
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i = y * truth.width + x;
      const p = found.data[i] / 255;
      const q = truth.data[i] >= HALF ? 1 : 0;
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  const [meanA, meanB] = [a / n, b / n];
  const spread = n - 1 + EPSILON;
  const varianceA = (aa - n * meanA * meanA) / spread;
  const varianceB = (bb - n * meanB * meanB) / spread;
  const covariance = (ab - n * meanA * meanB) / spread;
  const alpha = 4 * meanA * meanB * covariance;
  const beta = (meanA * meanA + meanB * meanB) * (varianceA + varianceB);
  if (Math.abs(alpha) > 1e-12) return alpha / (beta + EPSILON);
  return Math.abs(beta) < 1e-12 ? 1 : 0;
}
