/** Long work in small pieces: between two of them whoever does it may hear a signal, or let others have their turn. */
import { throwIfAborted } from './errors.ts';

/** Each `yield` comes after some 10 ms of work at most; what is returned does not depend on the pauses. */
export type Steps<Result = void> = Generator<undefined, Result, undefined>;

/** Without pauses. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Milliseconds from one pause to the next. */
const PIECE = 100;

/**
 * With pauses, in which the signal is looked at.
 * @throws MattingError `aborted`
 */
export async function inPieces<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
  let paused = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - paused < PIECE) continue;
    await messagesIn();
    throwIfAborted(signal);
    paused = performance.now();
  }
}

/** A promise's own continuation would not let an abort in that was posted to this worker, nor a timer fire. */
function messagesIn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
  return promise;
}
