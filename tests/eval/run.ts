/**
 * `npm run eval`: measures every method on the scenes that the project draws itself.
 * `npm run eval -- <images> <masks>`: on two folders of files with the same names.
 * `--held-out`: on scenes that nothing was tuned on. `--small`: without those above 2 megapixels.
 * `--out <folder>` (default test-results/eval), `--tag <tag>`, `--methods <id,id>` and
 * `--threads <n>` narrow and speed it up.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Case, CaseResult } from './case.ts';
import { HELD_OUT, SCENES } from './draw/scenes.ts';
import { pairFiles } from './load.ts';
import { runAll } from './pool.ts';
import { htmlReport, textReport } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'test-results/eval' },
    tag: { type: 'string' },
    'held-out': { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    methods: { type: 'string', default: '' },
    threads: { type: 'string' },
  },
});

async function chosenCases(): Promise<readonly Case[]> {
  const [images, masks, ...more] = positionals;
  if (images !== undefined) {
    if (masks === undefined || more.length > 0) {
      throw new Error('Give two folders, of images and of masks, or none for the drawn scenes.');
    }
    return pairFiles(images, masks);
  }
  const heldOut = values['held-out'];
  const cases = (heldOut ? HELD_OUT : SCENES).flatMap(({ tag, size }, index): Case[] => {
    if (values.tag !== undefined && values.tag !== tag) return [];
    return values.small && size[0] * size[1] > 2e6 ? [] : [{ kind: 'scene', index, heldOut }];
  });
  if (cases.length === 0) throw new Error(`There is no scene tagged ${String(values.tag)}.`);
  return cases;
}

const cases = await chosenCases();
let done = 0;
const results = await runAll<Case, CaseResult>(
  new URL('./worker.ts', import.meta.url),
  cases,
  ({ name }) => process.stderr.write(`${++done}/${cases.length} ${name}\n`),
  values.methods.split(',').filter(Boolean),
  values.threads === undefined ? undefined : Number(values.threads),
);
await mkdir(values.out, { recursive: true });
const page = path.join(values.out, 'index.html');
await writeFile(page, htmlReport(results));
await writeFile(path.join(values.out, 'scores.json'), JSON.stringify(results.map(withoutPictures), null, 1));
process.stdout.write(`${textReport(results)}\n\nContact sheet: ${page}\n`);

function withoutPictures({ name, tag, megapixels, results: all }: CaseResult) {
  const scores = all.map(({ method, milliseconds, ...result }) => ({
    method,
    milliseconds,
    ...result.scores,
  }));
  return { name, tag, megapixels, scores };
}
