/** Global set-up of the end-to-end suite: the PWA, built when it is missing or older than its sources. */
import { ensureBuild } from '../../server/setup/build.ts';

export default async function setup(): Promise<void> {
  await ensureBuild(console.error);
}
