import path from 'node:path';
import { bar } from '../progress.ts';
import type { Outcome } from './outcome.ts';

/** A stream of the process, or what a test puts in its place. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ReportSettings {
  readonly stdout: Out;
  readonly stderr: Out;
  /** One line of JSON an image, on stdout, instead of everything else that goes there. */
  readonly json: boolean;
  /** How many images there are; undefined when that is not known. */
  readonly total: number | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface Counts {
  completed: number;
  skipped: number;
  failed: number;
}

/**
 * Tells what becomes of a batch. On a terminal a bar with rate and time left, and a line for each failure; elsewhere
 * a line an image: results on stdout, failures and the closing sentence on stderr.
 */
export class Report {
  readonly counts: Counts = { completed: 0, skipped: 0, failed: 0 };
  readonly #settings: ReportSettings;
  readonly #began: number;
  #barShown = false;

  constructor(settings: ReportSettings) {
    this.#settings = settings;
    this.#began = settings.now();
    if (this.#onTerminal) this.#showBar();
  }

  add(outcome: Outcome): void {
    const { stdout, json } = this.#settings;
    this.counts[outcome.status] += 1;
    if (json) stdout.write(`${JSON.stringify(outcome)}\n`);
    else this.#inWords(outcome);
    if (this.#onTerminal) this.#showBar();
  }

  end(interrupted: boolean): void {
    this.#hideBar();
    this.#settings.stderr.write(`${closing(this.counts, this.#seconds, interrupted)}\n`);
  }

  get #onTerminal(): boolean {
    return this.#settings.stderr.isTTY === true;
  }

  get #seconds(): number {
    return (this.#settings.now() - this.#began) / 1000;
  }

  #inWords(outcome: Outcome): void {
    const { stdout, stderr } = this.#settings;
    // Where both are the terminal, the bar says enough.
    const quiet = stdout.isTTY === true && this.#onTerminal;
    switch (outcome.status) {
      case 'completed':
        for (const { message } of outcome.warnings) this.#line(stderr, `${named(outcome.input)}: ${message}`);
        if (!quiet) this.#line(stdout, outcome.output);
        break;
      case 'skipped':
        if (!this.#onTerminal) this.#line(stderr, `${outcome.output} is there already`);
        break;
      case 'failed':
        this.#line(stderr, `${named(outcome.input)}: ${outcome.error.message}`);
        break;
      default:
        outcome satisfies never;
    }
  }

  #line(out: Out, text: string): void {
    this.#hideBar();
    out.write(`${text}\n`);
  }

  #showBar(): void {
    const { stderr, total } = this.#settings;
    const line = progressLine(this.counts, total, this.#seconds);
    // A terminal that does not know its width says 0.
    stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
    this.#barShown = true;
  }

  #hideBar(): void {
    if (this.#barShown) this.#settings.stderr.write('\r\x1b[K');
    this.#barShown = false;
  }
}

const named = (file: string) => path.normalize(file);

/** `[######------] 412/1000, 6.4 images/s, 1 min 32 s left, 2 failed` */
export function progressLine(counts: Counts, total: number | undefined, seconds: number): string {
  const { completed, skipped, failed } = counts;
  const over = completed + skipped + failed;
  // What was skipped took no time, and would promise too much.
  const rate = (completed + failed) / Math.max(seconds, 0.001);
  const parts =
    total === undefined
      ? [`${String(over)} images`]
      : [`${bar(over / total)} ${String(over)}/${String(total)}`];
  if (completed + failed > 0) parts.push(`${rate.toFixed(1)} images/s`);
  if (completed + failed > 0 && total !== undefined && over < total) {
    parts.push(`${duration((total - over) / rate)} left`);
  }
  if (failed > 0) parts.push(`${String(failed)} failed`);
  return parts.join(', ');
}

/** `997 done, 3 failed, in 2 min 30 s (6.7 images/s)` */
export function closing(
  { completed, skipped, failed }: Counts,
  seconds: number,
  interrupted: boolean,
): string {
  const parts = [`${String(completed)} done`];
  if (skipped > 0) parts.push(`${String(skipped)} there already`);
  if (failed > 0) parts.push(`${String(failed)} failed`);
  const rate = completed + failed > 1 ? ` (${((completed + failed) / seconds).toFixed(1)} images/s)` : '';
  const sentence = `${parts.join(', ')}, in ${duration(seconds)}${rate}`;
  return interrupted ? `Interrupted: ${sentence}. The same command goes on from here.` : sentence;
}

/** `8 s`, `1 min 32 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}
