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
  readonly result: ResultWire;
  /** Images in the same job, this one included. */
  readonly jobSize: number;
  /** Of its job; the lowest is next. */
  readonly turn: string;
  /** Where it runs, when that is not this device. */
  readonly place: PlaceView | undefined;
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

/** Kept per job, so that an unchanged job gives the same objects and its cards are left alone. */
const known = new WeakMap<DeviceJob, readonly Picture[]>();

function picturesOf(job: DeviceJob): readonly Picture[] {
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
      turn: job.turn,
      place: job.place,
    }));
  known.set(job, pictures);
  return pictures;
}

/**
 * Images as they were dropped: the newest drop first, and inside one the order in which they are worked on, which is
 * that in which its files were taken, unless somebody reorders. Every file is a job of its own, so a drop is told by
 * time; by that of its turn, so that an image that was moved to another drop's place is shown there.
 */
export function dropsOf(jobs: Iterable<DeviceJob>): Picture[][] {
  const byAge = [...jobs]
    .map((job) => ({ job, at: turnTime(job.turn) }))
    .sort((a, b) => a.at - b.at || compareTurns(a.job, b.job));
  const drops: DeviceJob[][] = [];
  let lastAt = -Infinity;
  for (const { job, at } of byAge) {
    if (at - lastAt > DROP_GAP) drops.push([]);
    drops.at(-1)?.push(job);
    lastAt = at;
  }
  return drops.reverse().map((drop) => drop.sort(compareTurns).flatMap(picturesOf));
}

function compareTurns(a: DeviceJob, b: DeviceJob): number {
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
