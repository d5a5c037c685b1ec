import type { Box, PixelImage } from '../image.ts';
import { parseColour } from '../options.ts';
import type { Gradient } from './edits.ts';
import type { Size } from './frame.ts';

/**
 * Lays the image under which nothing is yet over a gradient, mixed in sRGB as CSS mixes it. `image` shows the part
 * `box` of a canvas of size `canvas`. Linear ones reach from corner to corner along their angle, radial ones from the
 * centre to the corners.
 */
export function paintGradient(image: PixelImage, box: Box, canvas: Size, gradient: Gradient): void {
  const from = parseColour(gradient.from) ?? BLACK;
  const to = parseColour(gradient.to) ?? BLACK;
  const shareAt = gradient.shape === 'linear' ? linear(canvas, gradient.angle) : radial(canvas);
  const { data } = image;
  for (let y = 0, at = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++, at += 4) {
      const top = data[at + 3] / 255;
      data[at + 3] = 255;
      if (top === 1) continue;
      const share = shareAt(box.left + x + 0.5, box.top + y + 0.5);
      const under = 1 - top;
      data[at] = data[at] * top + (from[0] + (to[0] - from[0]) * share) * under;
      data[at + 1] = data[at + 1] * top + (from[1] + (to[1] - from[1]) * share) * under;
      data[at + 2] = data[at + 2] * top + (from[2] + (to[2] - from[2]) * share) * under;
    }
  }
}

const BLACK = [0, 0, 0, 255] as const;

/** https://drafts.csswg.org/css-images-3/#linear-gradients */
function linear({ width, height }: Size, degrees: number) {
  const angle = (degrees * Math.PI) / 180;
  const [across, down] = [Math.sin(angle), -Math.cos(angle)];
  const length = Math.abs(width * across) + Math.abs(height * down);
  return (x: number, y: number) =>
    clamp01(((x - width / 2) * across + (y - height / 2) * down) / length + 0.5);
}

function radial({ width, height }: Size) {
  const radius = Math.hypot(width, height) / 2;
  return (x: number, y: number) => clamp01(Math.hypot(x - width / 2, y - height / 2) / radius);
}

function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
