/** Global set-up of the end-to-end suite: builds the PWA once a run. `OFFCUT_KEEP_BUILD=1` takes `build/` as it is. */
import { runScript } from './run-script.ts';

export default async function setup(): Promise<void> {
  if (process.env['OFFCUT_KEEP_BUILD'] === '1') return;
  await runScript(['node_modules/vite/bin/vite.js', 'build'], 'The PWA does not build');
}
