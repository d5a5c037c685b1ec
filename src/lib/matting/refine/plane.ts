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

/** Half the size in both directions, with [1 3 3 1] / 8; edge pixels are repeated. Of source × weight, if given. */
export function reduced({ width, height, data }: Plane, weight?: Plane): Plane {
  const small = plane((width + 1) >> 1, (height + 1) >> 1);
  const rows = new Float32Array(width);
  for (let y = 0; y < small.height; y++) {
    rows.fill(0);
    for (let k = -1; k <= 2; k++) {
      const from = Math.min(Math.max(2 * y + k, 0), height - 1) * width;
      const share = k === 0 || k === 1 ? 3 : 1;
      if (weight) addProduct(data, weight.data, from, share, rows);
      else for (let x = 0; x < width; x++) rows[x] += share * data[from + x];
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

function addProduct(a: Float32Array, b: Float32Array, from: number, share: number, rows: Float32Array): void {
  for (let x = 0; x < rows.length; x++) rows[x] += share * a[from + x] * b[from + x];
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
  runningRows(rows, result, radius);
  return result;
}

/** As `runningMean`, down all columns at once. */
function runningRows(from: Float32Array, { width, height, data }: Plane, radius: number): void {
  const sums = new Float64Array(width);
  let count = 0;
  const addRow = (y: number, sign: number) => {
    count += sign;
    for (let x = 0, at = y * width; x < width; x++, at++) sums[x] += sign * from[at];
  };
  for (let y = 0; y < Math.min(radius, height); y++) addRow(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) addRow(y + radius, 1);
    if (y > radius) addRow(y - radius - 1, -1);
    for (let x = 0, at = y * width; x < width; x++, at++) data[at] = sums[x] / count;
  }
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

/** Greatest value over a square of `radius` cells to each side, cut off at the border. */
export function dilated({ width, height, data }: Plane, radius: number): Plane {
  const rows = new Float32Array(data.length);
  const result = plane(width, height);
  const padded = new Float32Array((width + 2 * radius) * height);
  padded.fill(-Infinity);
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width, (y + 1) * width), y * (width + 2 * radius) + radius);
  }
  widest(padded, rows, { lines: height, length: width, step: 1 }, radius);
  const tall = new Float32Array(width * (height + 2 * radius));
  tall.fill(-Infinity);
  tall.set(rows, radius * width);
  widest(tall, result.data, { lines: 1, length: height, step: width }, radius);
  return result;
}

/** Least value over a square of `radius` cells to each side, cut off at the border. */
export function eroded(source: Plane, radius: number): Plane {
  const negative = { ...source, data: source.data.map((value) => -value) };
  const result = dilated(negative, radius);
  for (let i = 0; i < result.data.length; i++) result.data[i] = -result.data[i];
  return result;
}

/** `lines` runs of `length` elements, each element being `step` numbers that are compared with their like. */
interface Runs {
  readonly lines: number;
  readonly length: number;
  readonly step: number;
}

/**
 * A window of 2 radius + 1 is covered by two of a power of two, which are built by doubling, in place. In `padded`
 * each run has `radius` elements more at either end.
 */
function widest(padded: Float32Array, to: Float32Array, { lines, length, step }: Runs, radius: number): void {
  const line = (length + 2 * radius) * step;
  let span = 1;
  for (; span * 2 <= 2 * radius + 1; span *= 2) {
    const shift = span * step;
    for (let start = 0; start < lines * line; start += line) {
      // What lies `span` further on has not been raised yet.
      for (let at = start; at < start + line - shift; at++) {
        if (padded[at + shift] > padded[at]) padded[at] = padded[at + shift];
      }
    }
  }
  const shift = (2 * radius + 1 - span) * step;
  for (let run = 0; run < lines; run++) {
    for (let i = 0, a = run * line, at = run * length * step; i < length * step; i++, a++, at++) {
      to[at] = padded[a] > padded[a + shift] ? padded[a] : padded[a + shift];
    }
  }
}
