import type { PixelImage } from '../../image.ts';

/** Colours nearer than this to one that is known already (Euclidean, channels of 0 to 255) are not new. */
const SAME = 14;
const MOST = 16;
/** 6 bits a channel: 4 levels are below what a distance has to tell. */
const BITS = 6;
const SHIFT = 8 - BITS;
const UNKNOWN = 255;

/** A few colours that stand for all that lie under the core of the brush. Once full, later colours are left out. */
export class Palette {
  readonly #red = new Uint8Array(MOST);
  readonly #green = new Uint8Array(MOST);
  readonly #blue = new Uint8Array(MOST);
  #count = 0;
  /** Of every colour that was asked for: its distance to the nearest of ours, at most 254. */
  readonly #memory = new Uint8Array(1 << (3 * BITS)).fill(UNKNOWN);

  /** All colours have to be added before the first distance is asked for. */
  add({ data }: PixelImage, pixel: number): void {
    const [red, green, blue] = [data[pixel * 4], data[pixel * 4 + 1], data[pixel * 4 + 2]];
    if (this.#count === MOST || this.#nearest(red, green, blue) < SAME) return;
    this.#red[this.#count] = red;
    this.#green[this.#count] = green;
    this.#blue[this.#count] = blue;
    this.#count += 1;
  }

  distance({ data }: PixelImage, pixel: number): number {
    const at = pixel * 4;
    const red = data[at] >> SHIFT;
    const green = data[at + 1] >> SHIFT;
    const blue = data[at + 2] >> SHIFT;
    const key = (((red << BITS) | green) << BITS) | blue;
    const known = this.#memory[key];
    if (known !== UNKNOWN) return known;
    const half = 1 << (SHIFT - 1);
    const found = this.#nearest((red << SHIFT) + half, (green << SHIFT) + half, (blue << SHIFT) + half);
    return (this.#memory[key] = Math.min(Math.round(found), UNKNOWN - 1));
  }

  #nearest(red: number, green: number, blue: number): number {
    let least = Infinity;
    for (let i = 0; i < this.#count; i++) {
      const [r, g, b] = [red - this.#red[i], green - this.#green[i], blue - this.#blue[i]];
      const squared = r * r + g * g + b * b;
      if (squared < least) least = squared;
    }
    return Math.sqrt(least);
  }
}
