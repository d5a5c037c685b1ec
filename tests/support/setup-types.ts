/**
 * Global set-up of every run: the browser host's tsconfig.json extends one that SvelteKit writes, and Vite reads it for
 * each module that it compiles. On a fresh checkout nothing has written it yet.
 */
import { existsSync } from 'node:fs';
import { fromRoot, runScript } from './run-script.ts';

export default async function setup(): Promise<void> {
  if (existsSync(fromRoot('.svelte-kit/tsconfig.json'))) return;
  await runScript(
    ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync'],
    'SvelteKit could not write its types',
  );
}
