/** Channels in sRGB, 0 to 1, straight. */
export type Colour = readonly [red: number, green: number, blue: number];

export function clamp(value: number, low = 0, high = 1): number {
  return value < low ? low : value > high ? high : value;
}

/** 0 below `from`, 1 above `to`, a smooth step between. */
export function ramp(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** Multiplied by a light, and `gleam` of white added. */
export function lit(colour: Colour, light: number, gleam = 0): Colour {
  return [
    clamp(colour[0] * light + gleam),
    clamp(colour[1] * light + gleam),
    clamp(colour[2] * light + gleam),
  ];
}
