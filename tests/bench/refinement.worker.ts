/** Runs in the browser: refinement.ts builds it, and starts it as a worker. */
import { timeOfRefinement, type RefinementCase } from './refinement-time.ts';

addEventListener('message', ({ data }: MessageEvent<RefinementCase>) => {
  (globalThis as unknown as { postMessage: (time: number) => void }).postMessage(timeOfRefinement(data));
});
