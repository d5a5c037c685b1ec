import type { Job } from '#queue/job.ts';
import type { Processed, Processor } from '#queue/runner.ts';
import { readOptions } from '#matting/options.ts';
import type { MattingPool } from './matting-pool.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** A `Processor` that asks for no more of a job than this, so that the command line can do without a queue. */
export type CutOut = (
  input: Blob,
  job: Pick<Job, 'model' | 'options'>,
  context: Parameters<Processor>[2],
) => Promise<Processed>;

/**
 * Connects the queue to the pipeline. Images overlap: while one is inferred, others are decoded and encoded on
 * libuv's threads. Inferences wait for each other, as `InferenceSession` asks.
 */
export function createProcessor(pool: MattingPool): CutOut {
  const exclusively = oneAtATime();
  return (input, job, { signal, onStage, backgroundImage }) => {
    const control = { signal, onStage };
    return pool.using(job.model, async (matting) => {
      const options = readOptions(job.options, backgroundImage);
      const prepared = await matting.prepare(input, control);
      const output = await exclusively(() => matting.infer(prepared, control));
      return matting.finish(prepared, output, options, control);
    });
  };
}
