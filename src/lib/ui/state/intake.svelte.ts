import { QueueError } from '#queue/errors.ts';
import type { SubmitOptions } from '../../browser/offcut.ts';
import { sentenceOf } from './words.ts';

/** A file that someone handed to the page. */
export interface Source {
  readonly file: Blob;
  readonly name: string;
}

export interface Refusal {
  readonly name: string;
  readonly reason: string;
}

/** What came of everything that was added in one go. */
export interface IntakeOutcome {
  readonly refused: readonly Refusal[];
  /** Not tried any more, because the device has no room. */
  readonly abandoned: number;
}

type Submit = (source: Source, options: SubmitOptions) => Promise<void>;

/**
 * Hands files to the queue one after the other, each as a job of its own: the bytes of only one are in memory at a
 * time, however many are dropped.
 */
export class Intake {
  /** Files since the page was last idle, and how many of them are queued by now. */
  total = $state(0);
  done = $state(0);
  readonly busy = $derived(this.total > 0);

  readonly #submit: Submit;
  readonly #onIdle: (outcome: IntakeOutcome) => void;
  #waiting: { source: Source; options: SubmitOptions }[] = [];

  constructor(submit: Submit, onIdle: (outcome: IntakeOutcome) => void) {
    this.#submit = submit;
    this.#onIdle = onIdle;
  }

  /** Resolves when the queue has all that was added, whatever came of it. */
  async add(sources: readonly Source[], options: SubmitOptions): Promise<void> {
    if (sources.length === 0) return;
    this.#waiting.push(...sources.map((source) => ({ source, options })));
    this.total += sources.length;
    if (this.total === sources.length) await this.#work();
  }

  /** Leaves out whatever the queue does not have yet. */
  stop(): void {
    this.total -= this.#waiting.length;
    this.#waiting = [];
  }

  async #work(): Promise<void> {
    const refused: Refusal[] = [];
    let abandoned = 0;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#submit(next.source, next.options);
      } catch (cause) {
        refused.push({ name: next.source.name, reason: sentenceOf(cause) });
        if (cause instanceof QueueError && cause.code === 'storage_full') {
          abandoned = this.#waiting.length;
          this.stop();
        }
      }
      this.done += 1;
    }
    this.total = 0;
    this.done = 0;
    this.#onIdle({ refused, abandoned });
  }
}
