/** Small single-channel float images, on which refinement thinks before it touches a photo's pixels. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function plane(width: number, height: number): Plane {
  return { width, height, data: new Float32Array(width * height) };
}

export function clamp(value: number, low = 0, high = 1): number {
  return value < low ? low : value > high ? high : value;
}

/** 0 at `from`, 1 at `to`, smooth in between; `from` may be the greater one. */
export function ramp(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** Half the size in both directions, with [1 3 3 1] / 8; edge pixels are repeated. */
export function reduced({ width, height, data }: Plane): Plane {
  const small = plane((width + 1) >> 1, (height + 1) >> 1);
  const rows = new Float32Array(width);
  const line = (y: number) => Math.min(Math.max(y, 0), height - 1) * width;
  for (let y = 0; y < small.height; y++) {
    const [r0, r1, r2, r3] = [line(2 * y - 1), line(2 * y), line(2 * y + 1), line(2 * y + 2)];
    for (let x = 0; x < width; x++) {
      rows[x] = data[r0 + x] + data[r3 + x] + 3 * (data[r1 + x] + data[r2 + x]);
    }
    for (let x = 0, to = y * small.width; x < small.width; x++, to++) {
      const x0 = Math.max(2 * x - 1, 0);
      const x2 = Math.min(2 * x + 1, width - 1);
      const x3 = Math.min(2 * x + 2, width - 1);
      small.data[to] = (rows[x0] + rows[x3] + 3 * (rows[2 * x] + rows[x2])) / 64;
    }
  }
  return small;
}

/** Bilinear, to a size that `reduced` came from: adds `small` × `factor` to `target`. */
export function addEnlarged(small: Plane, target: Plane, factor: number): void {
  const { width, height, data } = target;
  const row = new Float32Array(small.width);
  for (let y = 0; y < height; y++) {
    mixRows(small, y, row, factor);
    for (let x = 0, to = y * width; x < width; x++, to++) {
      const near = x >> 1;
      const far = x & 1 ? Math.min(near + 1, small.width - 1) : Math.max(near - 1, 0);
      data[to] += 0.75 * row[near] + 0.25 * row[far];
    }
  }
}

function mixRows({ width, height, data }: Plane, y: number, row: Float32Array, factor: number): void {
  const near = y >> 1;
  const far = y & 1 ? Math.min(near + 1, height - 1) : Math.max(near - 1, 0);
  for (let x = 0; x < width; x++) {
    row[x] = (0.75 * data[near * width + x] + 0.25 * data[far * width + x]) * factor;
  }
}

/** Mean over a square of `radius` cells to each side, cut off at the border. */
export function boxMean({ width, height, data }: Plane, radius: number): Plane {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) runningMean(data, rows, y * width, 1, width, radius);
  const result = plane(width, height);
  for (let x = 0; x < width; x++) runningMean(rows, result.data, x, width, height, radius);
  return result;
}

function runningMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < Math.min(radius, length); i++, count++) sum += from[start + i * step];
  for (let i = 0; i < length; i++) {
    if (i + radius < length) {
      sum += from[start + (i + radius) * step];
      count++;
    }
    if (i > radius) {
      sum -= from[start + (i - radius - 1) * step];
      count--;
    }
    to[start + i * step] = sum / count;
  }
}

/** Greatest value over a square of `radius` cells to each side. */
export function dilated(source: Plane, radius: number): Plane {
  return extremes(source, radius, Math.max);
}

/** Least value over a square of `radius` cells to each side. */
export function eroded(source: Plane, radius: number): Plane {
  return extremes(source, radius, Math.min);
}

type Pick = (a: number, b: number) => number;

function extremes({ width, height, data }: Plane, radius: number, pick: Pick): Plane {
  const rows = new Float32Array(data.length);
  const result = plane(width, height);
  const spare = new Float32Array(Math.max(width, height));
  for (let y = 0; y < height; y++) window(data, rows, y * width, 1, width, radius, pick, spare);
  for (let x = 0; x < width; x++) window(rows, result.data, x, width, height, radius, pick, spare);
  return result;
}

/** A window of 2 radius + 1 is covered by two of a power of two, each built by doubling. */
function window(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  pick: Pick,
  spare: Float32Array,
): void {
  for (let i = 0; i < length; i++) spare[i] = from[start + i * step];
  let span = 1;
  for (; span * 2 <= 2 * radius + 1; span *= 2) {
    for (let i = 0; i < length; i++) spare[i] = pick(spare[i], spare[Math.min(i + span, length - 1)]);
  }
  for (let i = 0; i < length; i++) {
    const first = Math.max(i - radius, 0);
    const second = Math.max(i + radius + 1 - span, first);
    // Windows that hang over the end repeat the last value, which changes no extreme.
    to[start + i * step] = pick(spare[first], spare[Math.min(second, length - 1)]);
  }
}
