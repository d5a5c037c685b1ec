/** Global set-up of every run: the suites use the real weights, so they are obtained and verified once, up front. */
import { existsSync } from 'node:fs';
import { runScript, fromRoot } from './run-script.ts';

const SCRIPT = 'server/setup/weights.ts';

export default async function setup(): Promise<void> {
  if (!existsSync(fromRoot(SCRIPT))) return;
  await runScript([SCRIPT], 'The weights of the default model could not be obtained');
}
