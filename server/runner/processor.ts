import type { JobOptions } from '#queue/options.ts';
import type { Processor } from '#queue/runner.ts';
import { MattingError } from '#matting/errors.ts';
import { type CutoutOptions, parseBackground } from '#matting/options.ts';
import type { MattingPool } from './matting-pool.ts';
import { oneAtATime } from './one-at-a-time.ts';

/**
 * Connects the queue to the pipeline. Images overlap: while one is inferred, others are decoded and encoded on
 * libuv's threads. Inferences wait for each other, as `InferenceSession` asks.
 */
export function createProcessor(pool: MattingPool): Processor {
  const exclusively = oneAtATime();
  return async (input, job, { signal, onStage }) => {
    const control = { signal, onStage };
    const options = toCutoutOptions(job.options);
    const matting = await pool.get(job.model);
    const prepared = await matting.prepare(input, control);
    const output = await exclusively(() => matting.infer(prepared, control));
    return matting.finish(prepared, output, options, control);
  };
}

function toCutoutOptions({ format, background, output, crop }: JobOptions): CutoutOptions {
  const parsed = parseBackground(background);
  if (parsed === undefined) {
    throw new MattingError('encode_failed', `The background "${background}" is not one that can be painted.`);
  }
  return { format, background: parsed, output, crop };
}
