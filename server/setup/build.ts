/** Set-up: builds the PWA when it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_FOLDER } from '../config.ts';

/** What the pages are made of. */
const SOURCES = [
  'src/**/*',
  'static/**/*',
  'models/*.ts',
  'models/cache/u2netp.onnx',
  'package-lock.json',
  'svelte.config.js',
  'vite.config.ts',
];
const VITE = 'node_modules/vite/bin/vite.js';

/**
 * @param folder the project's
 * @throws Error with the build's output when it fails
 */
export async function ensureBuild(
  log: (line: string) => void,
  folder: string = PROJECT_FOLDER,
): Promise<void> {
  if (await isFresh(folder)) return;
  if (!existsSync(path.join(folder, VITE))) {
    throw new Error(
      `The page cannot be built, since Vite is not installed in ${folder}. Run \`npm ci\` there.`,
    );
  }
  const began = performance.now();
  log('Building the page (once, half a minute or so) ...');
  await build(folder);
  log(`Built the page in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** True when no source was changed here since the page was built. */
export async function isFresh(folder: string): Promise<boolean> {
  const built = await stat(path.join(folder, 'build/index.html')).catch(() => undefined);
  if (built === undefined) return false;
  for await (const file of glob(SOURCES, { cwd: folder })) {
    const source = await stat(path.join(folder, file));
    // Changed here, not written there: what comes out of a package has the time of its making.
    if (source.isFile() && source.ctimeMs > built.mtimeMs) return false;
  }
  return true;
}

async function build(folder: string): Promise<void> {
  const child = spawn(process.execPath, [VITE, 'build'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Another value, as test runners set it, gives a page for development: it would not work offline.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  const tail = output.trim().split('\n').slice(-30).join('\n');
  throw new Error(`The page could not be built:\n${tail}`);
}
