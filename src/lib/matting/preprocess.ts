import type { PixelImage, RgbImage } from './image.ts';
import type { ModelSpec } from './model.ts';
import { lanczosRgb } from './resample.ts';
import type { Tensor } from './runtime.ts';

/** What the network of `model` gets to see of `image`: shape [1, 3, height, width]. */
export function preprocess(image: PixelImage, model: ModelSpec): Tensor {
  const { width, height } = networkSize(image, model);
  return toTensor(lanczosRgb(image, width, height), model);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Networks that take any size halve it up to five times. */
const MULTIPLE = 32;
/** A panorama's longer side is squeezed to this many times the shorter one, which bounds the memory of a run. */
const MOST_ELONGATED = 3;

/** Pixels that the network of `model` gets to see of an image of this size. */
export function networkSize({ width, height }: Size, { inputSize, keepsAspect }: ModelSpec): Size {
  if (!keepsAspect) return inputSize;
  const shorter = Math.min(inputSize.width, inputSize.height);
  const scale = shorter / Math.min(width, height);
  const side = (pixels: number) =>
    MULTIPLE * Math.round(Math.min(pixels * scale, shorter * MOST_ELONGATED) / MULTIPLE);
  return { width: side(width), height: side(height) };
}

/**
 * `(value / divisor - mean) / std` in double precision, rounded to float32 at the end, as rembg does with numpy.
 * Only 256 values a channel exist, so each is computed once.
 */
export function toTensor(rgb: RgbImage, model: ModelSpec): Tensor {
  const pixels = rgb.width * rgb.height;
  const divisor = model.scale === 'image-max' ? greatest(rgb.data) : model.scale;
  const data = new Float32Array(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    const table = normalised(divisor, model.mean[channel], model.std[channel]);
    const plane = data.subarray(channel * pixels, (channel + 1) * pixels);
    for (let i = 0, from = channel; i < pixels; i++, from += 3) plane[i] = table[rgb.data[from]];
  }
  return { data, dims: [1, 3, rgb.height, rgb.width] };
}

function normalised(divisor: number, mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value / divisor - mean) / std);
}

/** At least 1e-6, so that an all-black image does not divide by zero. */
function greatest(data: Uint8Array): number {
  let max = 0;
  for (let i = 0; i < data.length; i++) if (data[i] > max) max = data[i];
  return Math.max(max, 1e-6);
}
