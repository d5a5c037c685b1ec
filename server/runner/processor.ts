import type { Job } from '#queue/job.ts';
import type { Processed, Processor } from '#queue/runner.ts';
import { oneAtATime } from '#matting/one-at-a-time.ts';
import { readOptions } from '#matting/options.ts';
import { PixelBudget, pixelsOf } from '#matting/pixel-budget.ts';
import { DECODABLE } from '../matting/codec.ts';
import type { MattingPool } from './matting-pool.ts';

/** A `Processor` that asks for no more of a job than this, so that the command line can do without a queue. */
export type CutOut = (
  input: Blob,
  job: Pick<Job, 'model' | 'options'>,
  context: Parameters<Processor>[2],
) => Promise<Processed>;

/**
 * Connects the queue to the pipeline. Images overlap: while one is inferred, others are decoded and encoded on
 * libuv's threads. Inferences wait for each other, as `InferenceSession` asks.
 * @param pixelsInHand of images that are decoded at a time; a larger one is in hand alone
 */
export function createProcessor(pool: MattingPool, pixelsInHand = Infinity): CutOut {
  const exclusively = oneAtATime();
  const budget = new PixelBudget(pixelsInHand);
  return async (input, job, { signal, onStage, backgroundImage }) => {
    return budget.hold(await pixelsOf(input, DECODABLE), () =>
      pool.using(job.model, async (matting) => {
        const options = readOptions(job.options, backgroundImage);
        return matting.matte(input, options, { signal, onStage }, exclusively);
      }),
    );
  };
}
