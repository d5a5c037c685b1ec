import { QueueError } from '#queue/errors.ts';
import { macrotask } from '../../browser/macrotask.ts';
import type { SubmitOptions } from '../../browser/submit-options.ts';
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

interface Waiting {
  readonly source: Source;
  readonly options: SubmitOptions;
}

export interface IntakeParts {
  readonly submit: (source: Source, options: SubmitOptions) => Promise<void>;
  /** Before each large group. */
  readonly makeWay: () => void;
  readonly onIdle: (outcome: IntakeOutcome) => void;
}

/** Files that are handed over together: enough that waiting for the disk no longer counts. */
const MOST_TOGETHER = 16;
/** Bytes of them, beyond which no further file joins. */
const MOST_BYTES_TOGETHER = 64 * 1024 * 1024;

/**
 * Hands files to the queue in small groups, each file as a job of its own, so that one wait for the disk is for all of
 * a group. The first goes alone, that work on it may begin, and each group is twice the one before: however many are
 * dropped, the bytes of a few are on their way.
 */
export class Intake {
  /** Files since the page was last idle, and how many of them are queued by now. */
  total = $state(0);
  done = $state(0);
  readonly busy = $derived(this.total > 0);

  readonly #parts: IntakeParts;
  #waiting: Waiting[] = [];

  constructor(parts: IntakeParts) {
    this.#parts = parts;
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
    const submit = async ({ source, options }: Waiting): Promise<void> => {
      try {
        await this.#parts.submit(source, options);
      } catch (cause) {
        refused.push({ name: source.name, reason: sentenceOf(cause) });
        if (cause instanceof QueueError && cause.code === 'storage_full') {
          abandoned += this.#waiting.length;
          this.stop();
        }
      }
    };
    for (let most = 1; this.#waiting.length > 0; most = Math.min(2 * most, MOST_TOGETHER)) {
      if (most === MOST_TOGETHER) this.#parts.makeWay();
      const group = this.#takeGroup(most);
      await Promise.all(group.map(submit));
      // The queue's own work on a group and drawing how far it is are a task each.
      await macrotask();
      this.done += group.length;
    }
    this.total = 0;
    this.done = 0;
    this.#parts.onIdle({ refused, abandoned });
  }

  #takeGroup(most: number): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ source }, at) => {
      bytes += source.file.size;
      return at === most || (at > 0 && bytes > MOST_BYTES_TOGETHER);
    });
    return this.#waiting.splice(0, end === -1 ? most : end);
  }
}
