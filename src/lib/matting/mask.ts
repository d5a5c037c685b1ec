import { MattingError } from './errors.ts';
import type { Mask } from './image.ts';
import type { ModelSpec } from './model.ts';
import type { Tensor } from './runtime.ts';

/**
 * The network's answer as a mask at the network's own size. `output` is [1, channels, height, width], of which the
 * first channel counts. A constant answer (nothing found) gives an empty mask.
 * @throws MattingError `runtime_failed` when the tensor has another shape or holds no finite numbers
 */
export function maskFromOutput(output: Tensor, model: ModelSpec): Mask {
  const [height, width] = output.dims.slice(-2);
  const pixels = width * height;
  if (output.dims.length < 2 || !(pixels > 0) || output.data.length < pixels) {
    throw new MattingError(
      'runtime_failed',
      `The model ${model.id} returned a tensor of shape [${output.dims.join(', ')}], which is no mask.`,
    );
  }
  const raw = output.data.subarray(0, pixels);
  const plane = model.activation === 'sigmoid' ? raw.map((value) => 1 / (1 + Math.exp(-value))) : raw;
  switch (model.postprocess) {
    case 'min-max':
      return { width, height, data: stretched(plane, model) };
    case 'clamp':
      return { width, height, data: clamped(plane, model) };
    default:
      return model.postprocess satisfies never;
  }
}

/** Every step rounded to float32 and the last one truncated, as numpy's float32 arithmetic and `astype(uint8)` do. */
function stretched(plane: Float32Array, model: ModelSpec): Uint8Array {
  const { least, range } = finiteExtent(plane, model);
  const mask = new Uint8Array(plane.length);
  if (range === 0) return mask;
  const { fround } = Math;
  for (let i = 0; i < plane.length; i++) {
    mask[i] = fround(fround(fround(plane[i] - least) / range) * 255);
  }
  return mask;
}

/** A mask as the network gives it, 0 to 1. */
function clamped(plane: Float32Array, model: ModelSpec): Uint8Array {
  finiteExtent(plane, model);
  // It rounds and clamps. (Its `from` would take fifty times as long.)
  const mask = new Uint8ClampedArray(plane.length);
  for (let i = 0; i < plane.length; i++) mask[i] = plane[i] * 255;
  return new Uint8Array(mask.buffer);
}

function finiteExtent(plane: Float32Array, model: ModelSpec): { least: number; range: number } {
  const found = extent(plane);
  if (Number.isFinite(found.range)) return found;
  throw new MattingError(
    'runtime_failed',
    `The model ${model.id} returned values that are not numbers; try again on the CPU (WASM).`,
  );
}

/** NaN anywhere makes the range NaN. */
function extent(plane: Float32Array): { least: number; range: number } {
  let least = plane[0];
  let most = plane[0];
  let total = 0;
  for (let i = 0; i < plane.length; i++) {
    const value = plane[i];
    if (value < least) least = value;
    if (value > most) most = value;
    total += value;
  }
  return { least, range: Number.isNaN(total) ? Number.NaN : Math.fround(most - least) };
}
