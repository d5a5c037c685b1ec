/** Global set-up of every run: the suites use the real weights, so they are obtained and verified once, up front. */
import { runScript } from './run-script.ts';

export default async function setup(): Promise<void> {
  await runScript(['server/setup/weights.ts'], 'The weights of the default model could not be obtained');
}
