import { readOptions } from '#matting/options.ts';
import type { Processor } from '#queue/runner.ts';
import type { MattingClient } from './matting-worker/client.ts';
import { locateModel } from './models.ts';

/** The runner's images, worked on by the matting worker. */
export function processWith(client: MattingClient): Processor {
  return (input, job, control) =>
    client.matte(input, readOptions(job.options, control.backgroundImage), locateModel(job.model), control);
}
