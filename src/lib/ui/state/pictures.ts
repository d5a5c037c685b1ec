import type { State } from '#queue/states.ts';
import type { JobWire, ResultWire } from '#queue/wire.ts';

/** One image on the page: one item of one job. Actions go to its job, which nearly always holds this image only. */
export interface Picture {
  /** `jobId/index`, unique on the page. */
  readonly key: string;
  readonly jobId: string;
  readonly index: number;
  readonly name: string;
  readonly state: State;
  readonly result: ResultWire;
  /** Images in the same job, this one included. */
  readonly jobSize: number;
}

/** Milliseconds without a new job after which the next one counts as dropped separately. */
const DROP_GAP = 5_000;

export function pictureKey(jobId: string, index: number): string {
  return `${jobId}/${String(index)}`;
}

/** Kept per job, so that an unchanged job gives the same objects and its cards are left alone. */
const known = new WeakMap<JobWire, readonly Picture[]>();

function picturesOf(job: JobWire): readonly Picture[] {
  const pictures =
    known.get(job) ??
    job.results.map((result) => ({
      key: pictureKey(job.id, result.index),
      jobId: job.id,
      index: result.index,
      name: result.filename,
      state: result.status,
      result,
      jobSize: job.results.length,
    }));
  known.set(job, pictures);
  return pictures;
}

/**
 * Images as they were dropped: the newest drop first, and inside one the order in which its files were taken, which
 * is also the order in which they are worked on. Every file is a job of its own, so a drop is told by time.
 */
export function dropsOf(jobs: Iterable<JobWire>): Picture[][] {
  const byAge = [...jobs].sort(
    (a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id),
  );
  const drops: Picture[][] = [];
  let lastAt = -Infinity;
  for (const job of byAge) {
    const at = Date.parse(job.created_at);
    if (at - lastAt > DROP_GAP) drops.push([]);
    drops.at(-1)?.push(...picturesOf(job));
    lastAt = at;
  }
  return drops.reverse();
}

export type Tally = Readonly<Record<State, number>> & {
  readonly total: number;
  /** Pending or processing. */
  readonly open: number;
};

export function tallyOf(pictures: readonly Picture[]): Tally {
  const count = (state: State) => pictures.filter((picture) => picture.state === state).length;
  const [pending, processing] = [count('pending'), count('processing')];
  return {
    total: pictures.length,
    open: pending + processing,
    pending,
    processing,
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  };
}

/** The images of every drop that is still being worked on; of all drops once nothing is. */
export function currentRun(drops: readonly Picture[][]): Picture[] {
  const running = drops.filter((drop) => tallyOf(drop).open > 0);
  return (running.length > 0 ? running : drops).flat();
}
