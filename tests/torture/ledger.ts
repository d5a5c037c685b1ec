import type { JobWire } from '#queue/wire.ts';

/** A job that the server answered for. */
export interface Entry {
  readonly id: string;
  readonly images: number;
  /** `maybe`: a deletion was asked for, and no answer came. */
  deleted: 'no' | 'maybe' | 'yes';
  /** Images that a client has seen completed, with their bytes: these may never change again. */
  readonly completed: Map<number, number>;
  /** The newest change that a client has seen, by the feed. */
  seen: JobWire | 'deleted' | undefined;
}

/** What the clients know: what they were promised, and what they have seen. */
export class Ledger {
  readonly jobs = new Map<string, Entry>();
  /** Submissions without a key that got no answer: each may have made a job or not. */
  unanswered = 0;
  readonly violations: string[] = [];
  readonly counts: Record<string, number> = {};

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** Says that a promise was broken. The run goes on, so that the log shows what came of it. */
  violated(what: string): void {
    this.violations.push(what);
  }

  accepted(id: string, images: number): void {
    const known = this.jobs.get(id);
    if (known === undefined) {
      this.jobs.set(id, { id, images, deleted: 'no', completed: new Map(), seen: undefined });
    } else if (known.images !== images) {
      this.violated(`job ${id} was answered for ${String(known.images)} and for ${String(images)} images`);
    }
  }

  /** Takes note of a job as a client saw it, and that nothing that was done came undone. */
  saw(job: JobWire): void {
    const entry = this.jobs.get(job.id);
    if (entry === undefined) return;
    for (const { index, status, bytes } of job.results) {
      const before = entry.completed.get(index);
      if (before !== undefined && (status !== 'completed' || bytes !== before)) {
        this.violated(
          `image ${String(index)} of job ${job.id} was completed (${String(before)} bytes) and is ${status} (${String(bytes)})`,
        );
      }
      if (status === 'completed' && bytes !== null) entry.completed.set(index, bytes);
    }
  }

  open(): Entry[] {
    return [...this.jobs.values()].filter(({ deleted }) => deleted === 'no');
  }
}
