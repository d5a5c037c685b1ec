/**
 * How well each pixel is connected to the seeds: the best path's weakest pixel. This is fuzzy connectedness (Udupa &
 * Samarasekera, "Fuzzy connectedness and object definition", Graphical Models and Image Processing 58, 1996), with a
 * pixel's likeness to the seeds' colours as its affinity. Paths do not go on through pixels that are less like them
 * than `PASSABLE`: what lies behind a thin line is not reached through it.
 */
const PASSABLE = 128;
const NONE = -1;

/**
 * @param likeness 0 to 255 a pixel; seeds have to be 255
 * @param seeds indices of pixels; what they are is kept
 * @returns 0 to 255 a pixel
 */
export function connectedness(likeness: Uint8Array, width: number, seeds: Iterable<number>): Uint8Array {
  const reached = new Uint8Array(likeness.length);
  // Pixels by how well they are connected, best first: each is entered once, because what comes later is no better.
  const heads = new Int32Array(256).fill(NONE);
  const next = new Int32Array(likeness.length);
  const enter = (pixel: number, strength: number) => {
    const found = Math.min(strength, likeness[pixel]);
    if (found <= reached[pixel]) return;
    reached[pixel] = found;
    if (found < PASSABLE) return;
    next[pixel] = heads[found];
    heads[found] = pixel;
  };
  for (const seed of seeds) enter(seed, 255);
  for (let strength = 255; strength >= PASSABLE; strength--) {
    while (heads[strength] !== NONE) {
      const pixel = heads[strength];
      heads[strength] = next[pixel];
      const column = pixel % width;
      if (column > 0) enter(pixel - 1, strength);
      if (column < width - 1) enter(pixel + 1, strength);
      if (pixel >= width) enter(pixel - width, strength);
      if (pixel + width < likeness.length) enter(pixel + width, strength);
    }
  }
  return reached;
}
