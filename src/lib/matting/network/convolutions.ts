import type { Constants } from './constants.ts';
import type { Convolution, Shape } from './layers.ts';
import { BLOCK, FOUR, TILE, TILE_PLANES, type Placed, type Work } from './work.ts';

/** Of what plain code may do: a hundredth of a second. Networks that need more are left to others. */
const MOST_PLAIN_WORK = 10_000_000;
/** Inputs times outputs, from which on fewer multiplications outweigh the way to the tiles and back. */
const WORTH_TILES = 1024;

/** `undefined` when it would be slow, or does not fit its input. */
export function toConvolution(
  layer: Convolution,
  from: Placed,
  to: Placed,
  constants: Constants,
): Work | undefined {
  const { window, pads, stride, dilation, rectified } = layer;
  const [channels, outputs, width] = [from.shape.channels, to.shape.channels, to.shape.width];
  if (layer.channels !== channels) return undefined;
  if (fitsTiles(layer, to.shape)) return toTiles(layer, from, to, constants);
  const kind = kindOfWindows(channels, to.shape);
  const size = window.height * window.width;
  if (kind === 'convolvePlainly' && size * channels * outputs * width * to.shape.height > MOST_PLAIN_WORK) {
    return undefined;
  }
  const taps = Int32Array.from({ length: size }, (_, tap) => {
    const y = Math.trunc(tap / window.width) * dilation - pads.top;
    const x = (tap % window.width) * dilation - pads.left;
    return y * from.place.row + x * from.place.pixel;
  });
  const tapsAt = constants.add(size, () => taps);
  return {
    kind,
    from: from.place,
    to: to.place,
    width,
    stride,
    channels,
    outputs,
    weights: constants.add(size * channels * outputs, () =>
      packWeights(layer.weights(), outputs, channels, kind === 'convolve' ? BLOCK : 1),
    ),
    bias: constants.add(outputs, () => layer.bias),
    taps: tapsAt,
    tapsEnd: tapsAt + taps.byteLength,
    least: rectified ? 0 : -Infinity,
  };
}

function fitsTiles({ window, stride, dilation, channels }: Convolution, to: Shape): boolean {
  const { channels: outputs, height, width } = to;
  return (
    window.height === 3 &&
    window.width === 3 &&
    stride === 1 &&
    dilation === 1 &&
    channels % FOUR === 0 &&
    outputs % BLOCK === 0 &&
    channels * outputs >= WORTH_TILES &&
    height % 2 === 0 &&
    width % 2 === 0
  );
}

function toTiles(layer: Convolution, from: Placed, to: Placed, constants: Constants): Work {
  const { pads, channels, rectified } = layer;
  const outputs = to.shape.channels;
  const { place } = from;
  return {
    kind: 'winograd',
    from: { ...place, at: place.at - pads.top * place.row - pads.left * place.pixel },
    to: to.place,
    tiles: to.shape.width / 2,
    channels,
    outputs,
    weights: constants.add(TILE_PLANES * channels * outputs, () =>
      packWeights(transformWindows(layer.weights()), outputs, channels, BLOCK, 'apart'),
    ),
    bias: constants.add(outputs, () => layer.bias),
    zeros: constants.add(BLOCK, () => new Float32Array(BLOCK)),
    least: rectified ? 0 : -Infinity,
  };
}

/** G g Gᵀ of each window of nine weights. */
function transformWindows(windows: Float32Array): Float32Array {
  const count = windows.length / 9;
  const transformed = new Float32Array(count * TILE_PLANES);
  const columns = new Float32Array(12);
  for (let window = 0; window < count; window += 1) {
    for (let x = 0; x < 3; x += 1) spread(windows, window * 9 + x, 3, columns, x, 3);
    for (let y = 0; y < 4; y += 1) spread(columns, y * 3, 1, transformed, window * TILE_PLANES + y * 4, 1);
  }
  return transformed;
}

/** Three numbers, `step` apart, to four. */
function spread(
  from: Float32Array,
  at: number,
  step: number,
  to: Float32Array,
  target: number,
  toStep: number,
): void {
  const [first, middle, last] = [from[at] ?? 0, from[at + step] ?? 0, from[at + 2 * step] ?? 0];
  to[target] = first;
  to[target + toStep] = (first + middle + last) / 2;
  to[target + 2 * toStep] = (first - middle + last) / 2;
  to[target + 3 * toStep] = last;
}

function kindOfWindows(channels: number, { channels: outputs, width }: Shape) {
  if (width >= TILE && outputs % BLOCK === 0) return 'convolve';
  if (width >= TILE && outputs === 1 && channels % FOUR === 0) return 'convolveToOne';
  return 'convolvePlainly';
}

/**
 * From a window for each pair of channels to all numbers in the order of their use: of each block of outputs, each tap,
 * each channel; or, with taps `apart`, of each tap, each block, each channel.
 */
function packWeights(
  weights: Float32Array,
  outputs: number,
  channels: number,
  block: number,
  taps: 'together' | 'apart' = 'together',
): Float32Array {
  const packed = new Float32Array(weights.length);
  const size = weights.length / (outputs * channels);
  const blocks = outputs / block;
  for (let output = 0; output < outputs; output += 1) {
    const group = Math.trunc(output / block);
    for (let tap = 0; tap < size; tap += 1) {
      const place = taps === 'apart' ? tap * blocks + group : group * size + tap;
      for (let channel = 0; channel < channels; channel += 1) {
        packed[(place * channels + channel) * block + (output % block)] =
          weights[(output * channels + channel) * size + tap] ?? 0;
      }
    }
  }
  return packed;
}
