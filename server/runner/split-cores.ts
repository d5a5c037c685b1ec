import { availableParallelism, totalmem } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** A runner with the default model and photos of 12 megapixels; larger models and images take more. */
export const RUNNER_BYTES = 450 * 1024 * 1024;
/** The server itself. */
export const SERVER_BYTES = 200 * 1024 * 1024;

/** Each runner holds a copy of the model and of the images in hand. */
const MOST_RUNNERS = 4;

/** This one, or what a container or service may use of it. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 && limit < totalmem() ? limit : totalmem();
  return { cores: availableParallelism(), memoryBytes };
}

/** A runner a core, since decoding and encoding keep one that is alone from using all; as many as there is memory for. */
export function runnersFor({ cores, memoryBytes }: Machine): number {
  const fitting = Math.floor((memoryBytes - SERVER_BYTES) / RUNNER_BYTES);
  return Math.max(1, Math.min(cores, MOST_RUNNERS, fitting));
}

/**
 * Threads of one inference, in each of so many runners: the cores that it has for itself. Twice as many would bring an
 * image that is alone home in two thirds of the time, and a full server a tenth fewer images
 * (tests/bench/split.ts; docs/performance.md).
 */
export function threadsFor({ cores }: Machine, runners: number): number {
  return Math.max(1, Math.floor(cores / Math.max(1, runners)));
}
