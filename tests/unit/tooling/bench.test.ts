import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describe as describeRow } from '../../bench/report.ts';
import { compareRuns, loadRun, runOf } from '../../bench/saved-run.ts';
import { splitsOf } from '../../bench/split.ts';
import { runScript } from '../../support/run-script.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the bench', () => {
  it('measures, keeps the run, and sets another beside it', async () => {
    const file = path.join(folder, 'run.json');
    await runScript(['tests/bench/run.ts', '--smoke', '--only', 'cli', '--save', file], 'The bench failed');
    const { results, machine } = await loadRun(file);
    expect(machine.cores).toBeGreaterThan(0);
    expect(results.map(({ bench }) => bench)).toEqual(['cli']);
    expect(results[0]?.rows[0]).toMatchObject({ unit: 'images/s', better: 'more' });
    expect(results[0]?.rows[0]?.values[0]).toBeGreaterThan(0);
    expect(compareRuns(await loadRun(file), runOf(results))).toEqual([
      expect.stringMatching(/^ {2}same .*\(1\)$/),
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('version', 1);
  });

  it('sets our kernels beside onnxruntime-web in one process', async () => {
    const file = path.join(folder, 'network.json');
    await runScript(
      ['tests/bench/run.ts', '--smoke', '--only', 'network', '--save', file],
      'The bench failed',
    );
    const { results } = await loadRun(file);
    const ratio = results[0]?.rows.find(({ name }) => name === 'onnxruntime-web / our kernels');
    expect(ratio?.values[0]).toBeGreaterThan(0);
  });

  it('runs a service at an address beside ours, and asks it as rembg is asked', async () => {
    const asked: string[] = [];
    const service = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push(body);
        response.end('an image');
      });
    });
    await once(service.listen(0, '127.0.0.1'), 'listening');
    const { port } = service.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/api/remove?model=u2netp`;
    const file = path.join(folder, 'peers.json');
    const args = ['--smoke', '--only', 'peers', '--peer-url', url, '--save', file];
    await runScript(['tests/bench/run.ts', ...args], 'The bench failed');
    service.close();
    const { results } = await loadRun(file);
    expect(results[0]?.rows.map(({ name }) => name)).toEqual([`ours, beside ${url}`, url, `ours / ${url}`]);
    expect(asked[0]).toMatch(/name="model"\r\n\r\nu2netp\r\n/);
    expect(asked[0]).toMatch(/name="file"; filename="[^"]+\.jpg"/);
  });

  it('names a bench that it does not have, and a file that is no run', async () => {
    const wrong = runScript(['tests/bench/run.ts', '--only', 'nothing'], 'The bench failed');
    await expect(wrong).rejects.toThrow(/--only nothing is no bench\. There are: throughput, /);
    await expect(loadRun(path.join(folder, 'none.json'))).rejects.toThrow(/none\.json is no saved run/);
  });
});

describe('the splits that are compared', () => {
  it.each([
    [1, ['1 × 1', '1 × 2']],
    [2, ['1 × 2', '2 × 1', '2 × 2']],
    [8, ['1 × 8', '4 × 2', '8 × 1', '8 × 2']],
  ])('of %i cores are of one runner up to one a core', (cores, splits) => {
    expect(splitsOf(cores).map(({ runners, threads }) => `${runners} × ${threads}`)).toEqual(splits);
  });
});

describe('rows', () => {
  const run = (values: number[], better: 'more' | 'less' = 'more') =>
    runOf([{ bench: 'one', rows: [{ name: 'pace', values, better }] }]);

  it('say median, spread, and whether they reach what they must', () => {
    const row = { name: 'pace', unit: 'images/s', values: [4, 2, 3], better: 'more', must: 3.5 } as const;
    expect(describeRow(row)).toMatch(/pace +3 images\/s {2}\(2 to 4 in 3 rounds\) {2}MISSES >= 3\.5$/);
    expect(describeRow({ ...row, must: 3 })).toMatch(/reaches >= 3$/);
    expect(describeRow({ ...row, better: 'less', must: 3 })).toMatch(/reaches <= 3$/);
  });

  it.each([
    ['better', [10, 11, 12], [20, 21, 22], 'more'],
    ['worse', [20, 21, 22], [10, 11, 12], 'more'],
    ['better', [20, 21, 22], [10, 11, 12], 'less'],
    ['same', [10, 11, 20], [12, 18, 30], 'more'],
  ] as const)('are %s when they lie outside of what was measured before', (verdict, before, now, better) => {
    expect(compareRuns(run([...before], better), run([...now], better))[0]).toContain(`  ${verdict} `);
  });
});
