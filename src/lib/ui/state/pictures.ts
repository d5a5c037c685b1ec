import { turnTime } from '#queue/lease-order.ts';
import type { State } from '#queue/states.ts';
import type { ResultWire } from '#queue/wire.ts';
import type { DeviceJob, PlaceView } from '../../browser/sync/interface.ts';

/** One image on the page: one item of one job. Actions go to its job, which nearly always holds this image only. */
export interface Picture {
  /** `jobId/index`, unique on the page. */
  readonly key: string;
  readonly jobId: string;
  readonly index: number;
  readonly name: string;
  readonly state: State;
  /** Of the result, once there is one. */
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number | null;
  /** A sentence; the first one where there are several. */
  readonly warning: string | undefined;
  readonly error: ResultWire['error'];
  /** Images in the same job, this one included. */
  readonly jobSize: number;
  /** Of its job; the lowest is next. */
  readonly turn: string;
  /** Where it runs, when that is not this device. */
  readonly place: PlaceView | undefined;
}

/**
 * What the page keeps of a job: as little as it shows, for there may be thousands of them. What is told of a job is much
 * more, and told anew with every change.
 */
export interface PageJob {
  readonly id: string;
  readonly status: State;
  readonly model: string;
  readonly turn: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  /** The same objects for as long as the job does not change, so that their cards are left alone. */
  readonly pictures: readonly Picture[];
}

export function pageJob(job: DeviceJob): PageJob {
  const { id, status, model, turn, place, results } = job;
  return {
    id,
    status,
    model,
    turn,
    startedAt: job.started_at === null ? null : Date.parse(job.started_at),
    completedAt: job.completed_at === null ? null : Date.parse(job.completed_at),
    pictures: results.map(({ index, filename, status, width, height, bytes, warnings, error }) => ({
      key: pictureKey(id, index),
      jobId: id,
      index,
      name: filename,
      state: status,
      width,
      height,
      bytes,
      warning: warnings[0]?.message,
      error,
      jobSize: results.length,
      turn,
      place,
    })),
  };
}

/** Whether it waits where it is, so that it may still run elsewhere. */
export function canMoveTo(to: 'device' | 'server', { state, place }: Picture): boolean {
  return to === 'device' ? place?.stage === 'waiting' : state === 'pending' && place === undefined;
}

/** Milliseconds without a new job after which the next one counts as dropped separately. */
const DROP_GAP = 5_000;

export function pictureKey(jobId: string, index: number): string {
  return `${jobId}/${String(index)}`;
}

/**
 * Images as they were dropped: the newest drop first, and inside one the order in which they are worked on, which is
 * that in which its files were taken, unless somebody reorders. Every file is a job of its own, so a drop is told by
 * time; by that of its turn, so that an image that was moved to another drop's place is shown there.
 */
export function dropsOf(jobs: Iterable<PageJob>): Picture[][] {
  const byAge = [...jobs]
    .map((job) => ({ job, at: turnTime(job.turn) }))
    .sort((a, b) => a.at - b.at || compareTurns(a.job, b.job));
  const drops: PageJob[][] = [];
  let lastAt = -Infinity;
  for (const { job, at } of byAge) {
    if (at - lastAt > DROP_GAP) drops.push([]);
    drops.at(-1)?.push(job);
    lastAt = at;
  }
  return drops.reverse().map((drop) => drop.sort(compareTurns).flatMap(({ pictures }) => pictures));
}

function compareTurns(a: PageJob, b: PageJob): number {
  return a.turn < b.turn ? -1 : a.turn > b.turn ? 1 : 0;
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
