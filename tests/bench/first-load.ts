import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** In the one chunk that the page fetches by itself after its first paint: the queue and what leads it. */
const STARTED_AT_ONCE = /offcut-leader/;

const STATIC = /(?:\bfrom|\bimport)\s*"(\.[^"]+\.js)"/g;
const DYNAMIC = /\bimport\(["`](\.[^"`]+\.js)["`]\)/g;

/**
 * Files of a build that a first visit loads before anybody has clicked: the page, what it imports, and what it starts
 * after its first paint. Editor, dialogs, languages and decoders are chunks that are fetched when they are wanted (and
 * stored for offline use by the service worker, in the background).
 */
export async function firstLoad(folder: string): Promise<Set<string>> {
  const page = path.join(folder, 'index.html');
  // A stylesheet that is in the page already has a link that is disabled: no browser fetches it.
  const html = (await readFile(page, 'utf8')).replaceAll(/<link [^>]*\bdisabled\b[^>]*>/g, '');
  const loaded = new Set<string>([page]);
  const linked = [...html.matchAll(/(?:href|import\()\s*=?\s*"(\.\/_app\/[^"]+)"/g)].map(
    ([, url = '']) => url,
  );
  for (const url of linked) await follow(path.join(folder, url), loaded);
  for (const script of [...loaded].filter((file) => file.endsWith('.js'))) {
    const code = await readFile(script, 'utf8');
    for (const chunk of targets(script, code, DYNAMIC)) {
      if (!loaded.has(chunk) && (await startsQueue(chunk))) await follow(chunk, loaded);
    }
  }
  return loaded;
}

async function follow(file: string, loaded: Set<string>): Promise<void> {
  if (loaded.has(file)) return;
  loaded.add(file);
  if (!file.endsWith('.js')) return;
  for (const chunk of targets(file, await readFile(file, 'utf8'), STATIC)) await follow(chunk, loaded);
}

async function startsQueue(chunk: string): Promise<boolean> {
  const reached = new Set<string>();
  await follow(chunk, reached);
  const codes = await Promise.all([...reached].map((file) => readFile(file, 'utf8')));
  return codes.some((code) => STARTED_AT_ONCE.test(code));
}

function targets(file: string, code: string, pattern: RegExp): string[] {
  return [...code.matchAll(pattern)].map(([, url = '']) => path.join(path.dirname(file), url));
}
