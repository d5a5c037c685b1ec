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
export function reduced({ width, height, data }: Plane, weight?: Weight): Plane {
  const small = plane((width + 1) >> 1, (height + 1) >> 1);
  const rows = new Float32Array(width);
  for (let y = 0; y < small.height; y++) {
    rows.fill(0);
    for (let k = -1; k <= 2; k++) {
      const row = Math.min(Math.max(2 * y + k, 0), height - 1);
      const share = k === 0 || k === 1 ? 3 : 1;
      if (weight) addProduct(data, weight, row, share, rows);
      else for (let x = 0, from = row * width; x < width; x++, from++) rows[x] += share * data[from];
    }
    halve(rows, small.data.subarray(y * small.width, (y + 1) * small.width));
  }
  return small;
}

function halve(row: Float32Array, to: Float32Array): void {
  const last = row.length - 1;
  for (let x = 0; x < to.length; x++) {
    const x0 = Math.max(2 * x - 1, 0);
    const x2 = Math.min(2 * x + 1, last);
    const x3 = Math.min(2 * x + 2, last);
    to[x] = (row[x0] + row[x3] + 3 * (row[2 * x] + row[x2])) / 64;
  }
}

/** A plane that others are multiplied by, and where in each row it is not 0: from, to. */
export interface Weight extends Plane {
  readonly spans: Int32Array;
}

export function weightOf(source: Plane): Weight {
  const { width, height, data } = source;
  const spans = new Int32Array(height * 2);
  for (let y = 0; y < height; y++) {
    let [from, to] = [y * width, (y + 1) * width];
    while (from < to && data[from] === 0) from++;
    while (to > from && data[to - 1] === 0) to--;
    spans[y * 2] = from - y * width;
    spans[y * 2 + 1] = to - y * width;
  }
  return { ...source, spans };
}

function addProduct(
  source: Float32Array,
  weight: Weight,
  y: number,
  share: number,
  rows: Float32Array,
): void {
  const to = weight.spans[y * 2 + 1];
  for (let x = weight.spans[y * 2], from = y * weight.width + x; x < to; x++, from++) {
    rows[x] += share * source[from] * weight.data[from];
  }
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
export function dilated(source: Plane, radius: number): Plane {
  return extreme(source, radius, 1);
}

/** Least value over a square of `radius` cells to each side, cut off at the border. */
export function eroded(source: Plane, radius: number): Plane {
  return extreme(source, radius, -1);
}

/** The greatest of source × sign, × sign again. */
function extreme({ width, height, data }: Plane, radius: number, sign: 1 | -1): Plane {
  const line = width + 2 * radius;
  const padded = new Float32Array(line * height).fill(-Infinity);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = y * line + radius; x < width; x++, from++, to++) padded[to] = data[from] * sign;
  }
  const tall = new Float32Array(width * (height + 2 * radius)).fill(-Infinity);
  const middle = tall.subarray(radius * width, (radius + height) * width);
  widest(padded, middle, { lines: height, length: width, step: 1 }, radius);
  const result = plane(width, height);
  widest(tall, result.data, { lines: 1, length: height, step: width }, radius);
  if (sign < 0) for (let i = 0; i < result.data.length; i++) result.data[i] = -result.data[i];
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
