/**
 * Global set-up of every run: the suites use the real weights, so they are obtained and verified once, up front. What
 * only a few of them need may be out of reach: those then say that they were skipped, and why.
 */
import { runScript } from './run-script.ts';

const WEIGHTS = 'server/setup/weights.ts';

export default async function setup(): Promise<void> {
  await runScript([WEIGHTS], 'The weights of the default model could not be obtained');
  await runScript(
    [WEIGHTS, 'isnet-small'],
    'IS-Net small could not be obtained, its tests are skipped',
  ).catch((cause: unknown) => console.warn(cause instanceof Error ? cause.message : cause));
}
