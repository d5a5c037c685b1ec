/**
 * What a first visit downloads, in bytes after gzip, against the limit for the app shell. Needs `npm run build`.
 *
 *     node tests/bench/size.ts
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { fromRoot } from '../support/run-script.ts';

const SHELL_LIMIT = 150 * 1024;

/** First match counts. */
const PARTS = [
  { part: 'model weights', matches: /\.onnx$/ },
  { part: 'ONNX runtime, WebGPU', matches: /asyncify.*\.wasm$/ },
  { part: 'ONNX runtime, WebAssembly', matches: /ort-wasm.*\.wasm$/ },
  { part: 'matting worker and its codec', matches: /\/workers\// },
  { part: 'service worker', matches: /service-worker\.js$/ },
  { part: 'samples and icons', matches: /\/(?:samples|icons)\// },
  { part: 'app shell: page, styles, scripts', matches: /./ },
] as const;

export async function benchSize(): Promise<void> {
  const folder = fromRoot('build');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const totals = new Map<string, number>(PARTS.map(({ part }) => [part, 0]));
  for (const file of files) {
    const part = PARTS.find(({ matches }) => matches.test(file))?.part ?? '';
    totals.set(part, (totals.get(part) ?? 0) + gzipSync(await readFile(file), { level: 9 }).length);
  }
  for (const [part, bytes] of totals)
    console.log(`${part.padEnd(34)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
  const shell = totals.get(PARTS[PARTS.length - 1].part) ?? 0;
  console.log(`app shell / limit of ${String(SHELL_LIMIT / 1024)} KB: ${(shell / SHELL_LIMIT).toFixed(2)}`);
}

if (import.meta.main) await benchSize();
