import { DEFAULT_OPTIONS, parseBackground, type CutoutOptions } from '#matting/options.ts';
import type { Processor } from '#queue/runner.ts';
import type { JobOptions } from '#queue/options.ts';
import type { MattingClient } from './matting-worker/client.ts';
import { locateModel } from './models.ts';

/** The runner's images, worked on by the matting worker. */
export function processWith(client: MattingClient): Processor {
  return (input, job, control) =>
    client.matte(input, toCutoutOptions(job.options), locateModel(job.model), control);
}

function toCutoutOptions({ format, background, output, crop }: JobOptions): CutoutOptions {
  // The queue has validated the text already.
  return { format, output, crop, background: parseBackground(background) ?? DEFAULT_OPTIONS.background };
}
