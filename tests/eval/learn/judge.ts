/** A network of one hidden layer of rectified units and one sigmoid, trained with Adam (Kingma & Ba, ICLR 2015). */
import { FEATURES } from '#matting/refine/description.ts';
import type { Random } from '../draw/random.ts';
import { SAMPLE } from './samples.ts';

export const UNITS = 20;
const EPOCHS = 4;
const BATCH = 256;
const RATE = 0.004;
/** What is lost of the subject counts this much more than what is kept of the background. */
const LOSS_OF_SUBJECT = 2;

/** Input weights, unit after unit; offsets of units; output weights; output's offset. */
const OFFSETS = UNITS * FEATURES;
const OUTPUT = OFFSETS + UNITS;
const LAST = OUTPUT + UNITS;

export interface Judge {
  readonly input: readonly number[];
  readonly hiddenOffset: readonly number[];
  readonly output: readonly number[];
  readonly outputOffset: number;
}

export function train(samples: Float32Array, random: Random): Judge {
  const count = samples.length / SAMPLE;
  const { mean, deviation } = scale(samples, count);
  const weights = Float64Array.from({ length: LAST + 1 }, (_, i) =>
    i < OFFSETS
      ? random.normal() * Math.sqrt(2 / FEATURES)
      : i >= OUTPUT && i < LAST
        ? random.normal() * 0.1
        : 0,
  );
  const adam = new Adam(weights, EPOCHS * Math.floor(count / BATCH));
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random);
    let loss = 0;
    for (let start = 0; start + BATCH <= count; start += BATCH) {
      for (let k = start; k < start + BATCH; k++) {
        loss += learn(samples, order[k] * SAMPLE, weights, adam.gradient, mean, deviation);
      }
      adam.step(BATCH);
    }
    process.stderr.write(`epoch ${epoch + 1}: ${(loss / count).toFixed(5)}\n`);
  }
  return folded(weights, mean, deviation);
}

function scale(samples: Float32Array, count: number) {
  const mean = new Float64Array(FEATURES);
  const deviation = new Float64Array(FEATURES);
  for (let i = 0; i < FEATURES; i++) {
    for (let k = 0; k < count; k++) mean[i] += samples[k * SAMPLE + i] / count;
    for (let k = 0; k < count; k++) deviation[i] += (samples[k * SAMPLE + i] - mean[i]) ** 2 / count;
    deviation[i] = Math.sqrt(deviation[i]) + 1e-3;
  }
  return { mean, deviation };
}

const inputs = new Float64Array(FEATURES);
const hidden = new Float64Array(UNITS);

/** Adds one sample's gradient; returns its loss: the absolute error of alpha after removal. */
function learn(
  samples: Float32Array,
  at: number,
  weights: Float64Array,
  gradient: Float64Array,
  mean: Float64Array,
  deviation: Float64Array,
): number {
  for (let i = 0; i < FEATURES; i++) inputs[i] = (samples[at + i] - mean[i]) / deviation[i];
  let sum = weights[LAST];
  for (let unit = 0; unit < UNITS; unit++) {
    let activation = weights[OFFSETS + unit];
    for (let i = 0; i < FEATURES; i++) activation += weights[unit * FEATURES + i] * inputs[i];
    hidden[unit] = Math.max(activation, 0);
    sum += weights[OUTPUT + unit] * hidden[unit];
  }
  const trust = 1 / (1 + Math.exp(-sum));
  const [prior, alpha, truth] = samples.subarray(at + FEATURES, at + SAMPLE);
  const error = prior + trust * (alpha - prior) - truth;
  const weight = error < 0 && truth > prior / 2 ? LOSS_OF_SUBJECT : 1;
  const slope = weight * Math.sign(error) * (alpha - prior) * trust * (1 - trust);
  gradient[LAST] += slope;
  for (let unit = 0; unit < UNITS; unit++) {
    if (hidden[unit] === 0) continue;
    gradient[OUTPUT + unit] += slope * hidden[unit];
    const back = slope * weights[OUTPUT + unit];
    gradient[OFFSETS + unit] += back;
    for (let i = 0; i < FEATURES; i++) gradient[unit * FEATURES + i] += back * inputs[i];
  }
  return weight * Math.abs(error);
}

class Adam {
  readonly gradient: Float64Array;
  readonly #weights: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #steps: number;
  #step = 0;

  constructor(weights: Float64Array, steps: number) {
    this.#weights = weights;
    this.#steps = steps;
    this.gradient = new Float64Array(weights.length);
    this.#first = new Float64Array(weights.length);
    this.#second = new Float64Array(weights.length);
  }

  /** The rate falls along half a cosine. */
  step(batch: number): void {
    const step = ++this.#step;
    const rate = RATE * (0.5 + 0.5 * Math.cos((Math.PI * step) / this.#steps)) + 1e-5;
    for (let i = 0; i < this.#weights.length; i++) {
      const slope = this.gradient[i] / batch;
      this.#first[i] = 0.9 * this.#first[i] + 0.1 * slope;
      this.#second[i] = 0.999 * this.#second[i] + 0.001 * slope * slope;
      const spread = Math.sqrt(this.#second[i] / (1 - 0.999 ** step)) + 1e-8;
      this.#weights[i] -= (rate * this.#first[i]) / (1 - 0.9 ** step) / spread;
    }
    this.gradient.fill(0);
  }
}

function shuffle(order: Uint32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

/** With the inputs' scale in the weights, rounded to what a float can use. */
function folded(weights: Float64Array, mean: Float64Array, deviation: Float64Array): Judge {
  const short = (value: number) => Number(value.toPrecision(4));
  const input: number[] = [];
  const hiddenOffset: number[] = [];
  for (let unit = 0; unit < UNITS; unit++) {
    let offset = weights[OFFSETS + unit];
    for (let i = 0; i < FEATURES; i++) {
      const weight = weights[unit * FEATURES + i] / deviation[i];
      input.push(short(weight));
      offset -= weight * mean[i];
    }
    hiddenOffset.push(short(offset));
  }
  const output = Array.from(weights.subarray(OUTPUT, LAST), short);
  return { input, hiddenOffset, output, outputOffset: short(weights[LAST]) };
}
