/** A strict reader of Prometheus' text format 0.0.4: what a scraper would refuse, it refuses. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export type Samples = readonly Sample[];

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** @throws {Error} at the first thing that the format does not allow */
export function parseExposition(text: string): Samples {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      if (!NAME.test(name) || !TYPES.includes(type) || types.has(name)) throw new Error(`Bad type: ${line}`);
      types.set(name, type);
      continue;
    }
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '') throw new Error(`No sample: ${line}`);
    const series = `${name}{${labels}}`;
    if (seen.has(series)) throw new Error(`Twice: ${series}`);
    seen.add(series);
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
    if (!types.has(family)) throw new Error(`Without a type: ${line}`);
    samples.push({ name, labels: labelsOf(labels), value: numberOf(value) });
  }
  requireHistograms(types, samples);
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '' || name in labels) throw new Error(`Bad labels: ${text}`);
    labels[name] = value;
  }
  return labels;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === 'Nan' || text === 'NaN') return NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`No number: ${text}`);
  return value;
}

/** Buckets only grow, and the last, +Inf, is the count. */
function requireHistograms(types: ReadonlyMap<string, string>, samples: Samples): void {
  for (const [family, type] of types) {
    if (type !== 'histogram') continue;
    for (const { labels, value: count } of samples.filter(({ name }) => name === `${family}_count`)) {
      const buckets = samples.filter(
        (sample) =>
          sample.name === `${family}_bucket` &&
          Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
      );
      const values = buckets.map(({ value }) => value);
      if (values.some((value, n) => value < (values[n - 1] ?? 0))) throw new Error(`${family} shrinks.`);
      const last = buckets.at(-1);
      if (last?.labels['le'] !== '+Inf' || last.value !== count)
        throw new Error(`${family} has no +Inf of ${count}.`);
    }
  }
}

/** The sum of a family's samples with these labels; 0 when there is none. */
export function valueOf(
  samples: Samples,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([l, v]) => sample.labels[l] === v),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
