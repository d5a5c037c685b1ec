/** Value noise: random numbers on a whole grid, smoothly interpolated. Deterministic in (x, y, seed). */
function lattice(x: number, y: number, seed: number): number {
  let mixed = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** 0 to 1, one bump a unit of x and y. */
export function valueNoise(x: number, y: number, seed: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = x - x0;
  const v = y - y0;
  const su = u * u * (3 - 2 * u);
  const sv = v * v * (3 - 2 * v);
  const top = lattice(x0, y0, seed) * (1 - su) + lattice(x0 + 1, y0, seed) * su;
  const bottom = lattice(x0, y0 + 1, seed) * (1 - su) + lattice(x0 + 1, y0 + 1, seed) * su;
  return top * (1 - sv) + bottom * sv;
}

/** Octaves of value noise, each of half the size and half the weight; about 0 to 1 with mean 0.5. */
export function fractalNoise(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += valueNoise(x, y, seed + octave) * weight;
    total += weight;
    weight /= 2;
    x = x * 2 + 17.3;
    y = y * 2 - 9.1;
  }
  return sum / total;
}
