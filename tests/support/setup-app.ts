/** Global set-up of the end-to-end suite: builds the PWA once a run. */
import { runScript } from './run-script.ts';

export default async function setup(): Promise<void> {
  await runScript(['node_modules/vite/bin/vite.js', 'build'], 'The PWA does not build');
}
