import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuild } from '../../server/setup/build.ts';
import { fromRoot } from '../support/run-script.ts';
import { benchApi } from './api.ts';
import { benchBrowser } from './browser.ts';
import { benchBrowserMemory } from './browser-memory.ts';
import { benchCliFolder } from './cli-folder.ts';
import { benchMainThread } from './main-thread.ts';
import { benchNetwork } from './network.ts';
import { benchPeers } from './peers.ts';
import { benchQueueOperations } from './queue-operations.ts';
import { benchRefinement } from './refinement.ts';
import { FORMATS } from './photos-of-size.ts';
import { Report, type BenchResult } from './report.ts';
import { compareRuns, loadRun, runOf, saveRun } from './saved-run.ts';
import type { BenchSettings } from './settings.ts';
import { benchSize } from './size.ts';
import { benchSplit } from './split.ts';
import { benchThroughput, SIZES } from './throughput.ts';
import { benchUploadMemory } from './upload-memory.ts';

interface Bench {
  readonly about: string;
  readonly run: (report: Report, settings: BenchSettings) => Promise<void>;
  readonly needsBuild?: true;
  /** Only when it is asked for by name. */
  readonly onDemand?: true;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  throughput: {
    about: 'the server by size and format of photos, against network and codec alone',
    run: benchThroughput,
  },
  api: { about: 'the API beside busy runners, intake, a second runner', run: benchApi },
  queue: {
    about: 'operations of the queue on SQLite, with few jobs and a million',
    run: benchQueueOperations,
  },
  uploads: { about: 'memory of the server during uploads', run: benchUploadMemory },
  cli: { about: 'a folder through offcut rm', run: benchCliFolder },
  network: { about: 'our kernels for the browser against onnxruntime-web, a run', run: benchNetwork },
  refinement: { about: 'refinement in Node and in a worker of Chromium', run: benchRefinement },
  browser: {
    about: 'Chromium: starts, first result, pace against a bare loop',
    run: benchBrowser,
    needsBuild: true,
  },
  'main-thread': {
    about: 'tasks and frames of the page while it works',
    run: benchMainThread,
    needsBuild: true,
  },
  'browser-memory': {
    about: 'heap of the page over a batch of 300 images',
    run: benchBrowserMemory,
    needsBuild: true,
  },
  size: { about: 'what a first visit downloads', run: benchSize, needsBuild: true },
  split: {
    about: 'runners and threads: which split of the cores is fastest',
    run: benchSplit,
    onDemand: true,
  },
  peers: { about: 'other programs on the same images and weights', run: benchPeers, onDemand: true },
};

const ROUNDS = 5;
const ALL_SIZES = SIZES.map(({ megapixels }) => megapixels).join(',');

const help = `Usage: npm run bench -- [options]

Measures this machine and prints medians with their spread; nothing is asserted. Ratios are of things that took turns in
the same run. Every run is kept in test-results/bench.json.

  --only A,B         some of the benches below (default: all but split and peers)
  --rounds N         how often each is repeated (default ${String(ROUNDS)})
  --sizes 1,12       of throughput: megapixels (default ${ALL_SIZES})
  --formats jpeg     of throughput (default ${FORMATS.join(',')})
  --save FILE        keep the run in this file
  --compare FILE     set it beside a run that was saved before
  --peer-url URL     for peers, in place of the Node package: a service that answers POST with a field "file" by an
                     image, such as rembg's http://127.0.0.1:7000/api/remove?model=u2netp; may be repeated
  --smoke            as little as shows that it runs
  -h, --help         this text

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(18)} ${about}`)
  .join('\n')}
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: String(ROUNDS) },
    sizes: { type: 'string', default: ALL_SIZES },
    formats: { type: 'string', default: FORMATS.join(',') },
    save: { type: 'string' },
    compare: { type: 'string' },
    'peer-url': { type: 'string', multiple: true, default: [] },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function chosen(): string[] {
  const names = values.only?.split(',') ?? [];
  const unknown = names.find((name) => BENCHES[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`--only ${unknown} is no bench. There are: ${Object.keys(BENCHES).join(', ')}.`);
  if (names.length > 0) return names;
  return Object.keys(BENCHES).filter((name) => BENCHES[name]?.onDemand !== true);
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const rounds = values.smoke ? 1 : Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds} is no number from 1 on.`);
  const names = chosen();
  const before = values.compare === undefined ? undefined : await loadRun(values.compare);
  if (names.some((name) => BENCHES[name]?.needsBuild)) await ensureBuild(console.log);
  const sizes = values.sizes.split(',').map(Number);
  const formats = FORMATS.filter((format) => values.formats.split(',').includes(format));
  const settings = { rounds, sizes, formats, smoke: values.smoke, peerUrls: values['peer-url'] };
  const results: BenchResult[] = [];
  const kept = fromRoot('test-results/bench.json');
  await mkdir(path.dirname(kept), { recursive: true });
  for (const name of names) {
    console.log(`\n${name}: ${BENCHES[name]?.about ?? ''}`);
    const report = new Report();
    await BENCHES[name]?.run(report, settings);
    results.push({ bench: name, rows: report.rows });
    await saveRun(kept, runOf(results));
  }
  const run = runOf(results);
  if (values.save !== undefined) await saveRun(values.save, run);
  if (before === undefined) return;
  console.log(`\nAgainst ${values.compare ?? ''} of ${before.date}, before -> now (ratio)`);
  for (const line of compareRuns(before, run)) console.log(line);
}

try {
  await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
