import { median } from './numbers.ts';

/** One thing that was measured, once a round. Ratios compare across machines, other units only on the same one. */
export interface Measured {
  /** Unique within its bench. */
  readonly name: string;
  /** Such as `images/s` or `ms`; a ratio has none. */
  readonly unit?: string;
  readonly values: readonly number[];
  readonly better: 'more' | 'less';
  /** The number that the project has set itself. */
  readonly must?: number;
}

export interface BenchResult {
  readonly bench: string;
  readonly rows: Measured[];
}

/** Takes what a bench measures, and prints each row as it comes. */
export class Report {
  readonly rows: Measured[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  add(row: Measured): void {
    this.rows.push(row);
    this.#print(describe(row));
  }
}

const WIDTHS = { name: 58, value: 12 };

/** Name, median, spread, and how far it is from what it must reach. */
export function describe({ name, unit = '', values, better, must }: Measured): string {
  const parts = [`  ${name.padEnd(WIDTHS.name)} ${digits(median(values)).padStart(WIDTHS.value)} ${unit}`];
  if (values.length > 1) {
    parts.push(
      `(${digits(Math.min(...values))} to ${digits(Math.max(...values))} in ${String(values.length)} rounds)`,
    );
  }
  if (must !== undefined) {
    const reached = better === 'more' ? median(values) >= must : median(values) <= must;
    parts.push(`${reached ? 'reaches' : 'MISSES'} ${better === 'more' ? '>=' : '<='} ${String(must)}`);
  }
  return parts.join('  ').replace(/ +$/, '');
}

/** Three significant digits, and no more than the number has. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
