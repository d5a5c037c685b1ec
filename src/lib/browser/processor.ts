import { readOptions } from '#matting/options.ts';
import type { Processor } from '#queue/runner.ts';
import { locateModel } from './locate-model.ts';
import type { MattingClient } from './matting-worker/client.ts';

/** The runner's images, worked on by the matting worker. */
export function processWith(client: MattingClient): Processor {
  return async (input, job, control) => {
    const options = readOptions(job.options, control.backgroundImage);
    return client.matte(input, options, await locateModel(job.model), control);
  };
}
