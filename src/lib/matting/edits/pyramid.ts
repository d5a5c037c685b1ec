import type { Box, PixelImage } from '../image.ts';

/**
 * An image at its size, half of it, a quarter and so on, made when they are asked for. Colours and alpha are averaged
 * each by themselves: colours are the photo's own under every alpha.
 */
export class Pyramid {
  readonly #levels: PixelImage[];

  constructor(image: PixelImage) {
    this.#levels = [image];
  }

  /** @param level 0 is the image itself; the last one has a single pixel on its shorter side */
  level(level: number): PixelImage {
    for (let at = this.#levels.length; at <= level; at++) this.#levels.push(halved(this.#levels[at - 1]));
    return this.#levels[level];
  }

  /** The smallest level that has at least `scale` (0 to 1) of the image's pixels in each direction. */
  coarsest(scale: number): number {
    const { width, height } = this.#levels[0];
    const most = Math.floor(Math.log2(Math.min(width, height)));
    return Math.min(Math.max(Math.floor(Math.log2(1 / scale) + 1e-9), 0), Math.max(most, 0));
  }

  /** To be called when the alpha of the image changed within `box`. */
  alphaChanged(box: Box): void {
    let { left, top } = box;
    let right = left + box.width;
    let bottom = top + box.height;
    for (let at = 1; at < this.#levels.length; at++) {
      [left, top, right, bottom] = [left >> 1, top >> 1, (right + 1) >> 1, (bottom + 1) >> 1];
      halveAlpha(this.#levels[at - 1], this.#levels[at], left, top, right, bottom);
    }
  }
}

function halved(image: PixelImage): PixelImage {
  const width = (image.width + 1) >> 1;
  const height = (image.height + 1) >> 1;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = 2 * y * image.width;
    const lower = Math.min(2 * y + 1, image.height - 1) * image.width;
    for (let x = 0; x < width; x++, to += 4) {
      const next = Math.min(2 * x + 1, image.width - 1);
      const a = (upper + 2 * x) * 4;
      const b = (upper + next) * 4;
      const c = (lower + 2 * x) * 4;
      const d = (lower + next) * 4;
      for (let channel = 0; channel < 4; channel++) {
        data[to + channel] =
          (image.data[a + channel] +
            image.data[b + channel] +
            image.data[c + channel] +
            image.data[d + channel] +
            2) >>
          2;
      }
    }
  }
  return { width, height, data };
}

/** Of the pixels from `left`, `top` to before `right`, `bottom` of the smaller image. */
function halveAlpha(
  from: PixelImage,
  to: PixelImage,
  left: number,
  top: number,
  right: number,
  bottom: number,
): void {
  for (let y = top; y < Math.min(bottom, to.height); y++) {
    const upper = 2 * y * from.width;
    const lower = Math.min(2 * y + 1, from.height - 1) * from.width;
    for (let x = left; x < Math.min(right, to.width); x++) {
      const next = Math.min(2 * x + 1, from.width - 1);
      to.data[(y * to.width + x) * 4 + 3] =
        (from.data[(upper + 2 * x) * 4 + 3] +
          from.data[(upper + next) * 4 + 3] +
          from.data[(lower + 2 * x) * 4 + 3] +
          from.data[(lower + next) * 4 + 3] +
          2) >>
        2;
    }
  }
}
