import type { PageJob } from './pictures.ts';

/** Newest finished jobs that count; older ones may have been of another size, model or machine's mood. */
const SAMPLES = 15;
/** Below, a guess would be worse than none. */
const ENOUGH = 2;

/**
 * How long `open` more images take, in seconds, going by how long each of the newest took: their median, which neither
 * the first one (with the model to load) nor a single giant moves. Undefined until there is something to go by.
 */
export function secondsLeft(jobs: Iterable<PageJob>, open: number): number | undefined {
  const took = newestFinished(jobs)
    .slice(0, SAMPLES)
    .map(({ from, to, images }) => (to - from) / 1_000 / images)
    .sort((a, b) => a - b);
  if (took.length < ENOUGH) return undefined;
  const middle = (took.length - 1) / 2;
  const median = ((took[Math.floor(middle)] ?? 0) + (took[Math.ceil(middle)] ?? 0)) / 2;
  return open * median;
}

function newestFinished(jobs: Iterable<PageJob>): { from: number; to: number; images: number }[] {
  return [...jobs]
    .flatMap(({ status, startedAt: from, completedAt: to, pictures }) =>
      // What fails may fail at once, and says nothing of the others.
      status !== 'completed' || from === null || to === null ? [] : { from, to, images: pictures.length },
    )
    .sort((a, b) => b.to - a.to);
}
