/**
 * What a first visit downloads, in bytes after gzip; and what of it before anybody clicks, against the limit for that.
 * Needs `npm run build`.
 *
 *     node tests/bench/size.ts
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { fromRoot } from '../support/run-script.ts';
import { firstLoad } from './first-load.ts';
import { Report } from './report.ts';

const SHELL_LIMIT = 150 * 1024;

/** First match counts. */
const PARTS = [
  { part: 'model weights', matches: /\.onnx$/ },
  { part: 'ONNX runtime, WebGPU', matches: /asyncify.*\.wasm$/ },
  { part: 'ONNX runtime, WebAssembly', matches: /ort-wasm.*\.wasm$/ },
  { part: 'matting worker and its codec', matches: /\/workers\// },
  { part: 'service worker', matches: /service-worker\.js$/ },
  { part: 'samples and icons', matches: /\/(?:samples|icons)\// },
  { part: 'loaded when wanted: editor, languages', matches: /./ },
] as const;

export async function benchSize(report: Report): Promise<void> {
  const folder = fromRoot('build');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const totals = new Map<string, number>(PARTS.map(({ part }) => [part, 0]));
  const shellFiles = await firstLoad(folder);
  let shell = 0;
  for (const file of files) {
    const bytes = gzipSync(await readFile(file), { level: 9 }).length;
    if (shellFiles.has(file)) {
      shell += bytes;
      continue;
    }
    const part = PARTS.find(({ matches }) => matches.test(file))?.part ?? '';
    totals.set(part, (totals.get(part) ?? 0) + bytes);
  }
  const size = { unit: 'KB', better: 'less' } as const;
  for (const [part, bytes] of totals) report.add({ name: part, ...size, values: [bytes / 1024] });
  report.add({
    name: 'app shell: page, styles, scripts',
    ...size,
    values: [shell / 1024],
    must: SHELL_LIMIT / 1024,
  });
}

if (import.meta.main) await benchSize(new Report());
