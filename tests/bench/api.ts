/**
 * The API beside its runners: how much slower the slowest answers get while inference has all cores, how many small
 * jobs a second come in over HTTP, and what a second runner adds.
 *
 *     node tests/bench/run.ts --only api
 */
import { photo } from '../contract/api-photos.ts';
import { finished, manyPhotos, submit } from '../server/client.ts';
import { TestServer } from '../support/server.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const REQUESTS = 300;
const BATCH = 24;
const QUIET = { OFFCUT_MAX_WAITING: '100000' };

export async function benchApi(report: Report, { rounds }: BenchSettings): Promise<void> {
  await benchLatency(report, rounds);
  await benchIntake(report, rounds);
  await benchSecondRunner(report, rounds);
}

/** The 99th percentile of ordinary questions, in milliseconds. */
async function slowest(server: TestServer, id: string): Promise<number> {
  const paths = ['/queue/stats', `/queue/job/${id}`, '/queue/jobs?limit=20'];
  const times: number[] = [];
  for (let n = 0; n < REQUESTS; n += 1) {
    const began = performance.now();
    await (await server.fetch(paths[n % paths.length] ?? '')).arrayBuffer();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(REQUESTS * 0.99)] ?? Number.NaN;
}

async function benchLatency(report: Report, rounds: number): Promise<void> {
  await using server = await TestServer.start({ env: QUIET });
  const first = await submit(server, await manyPhotos(4));
  await finished(server, first.job_id);
  await slowest(server, first.job_id);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const idle = await slowest(server, first.job_id);
    const begun = server.nextLog('image_completed');
    const { job_id: id } = await submit(server, await manyPhotos(60));
    await begun;
    const busy = await slowest(server, first.job_id);
    ratios.push(busy / idle);
    await finished(server, id);
  }
  report.add({
    name: 'p99 of answers, all cores at inference / idle',
    values: ratios,
    better: 'less',
    must: 5,
  });
}

async function benchIntake(report: Report, rounds: number): Promise<void> {
  await using server = await TestServer.start({ env: { ...QUIET, OFFCUT_RUNNERS: '0' } });
  const { bytes, ...file } = await photo();
  const small = { ...file, bytes: bytes.subarray(0, 20_000) };
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let left = 1_000;
    const began = performance.now();
    const client = async () => {
      while (left > 0) {
        left -= 1;
        await submit(server, [small]);
      }
    };
    await Promise.all(Array.from({ length: 64 }, client));
    rates.push(1_000_000 / (performance.now() - began));
  }
  // The client shares the cores; images and rows are durable.
  report.add({ name: 'intake over HTTP by 64 clients', unit: 'jobs/s', values: rates, better: 'more' });
}

async function benchSecondRunner(report: Report, rounds: number): Promise<void> {
  const rates: Record<string, number[]> = { '1': [], '2': [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const runners of ['1', '2']) {
      await using server = await TestServer.start({
        env: { ...QUIET, OFFCUT_RUNNERS: runners, OFFCUT_THREADS: '1' },
      });
      await finished(server, (await submit(server, await manyPhotos(4))).job_id);
      const files = await manyPhotos(BATCH);
      const began = performance.now();
      await finished(server, (await submit(server, files)).job_id);
      rates[runners]?.push((BATCH * 1000) / (performance.now() - began));
    }
  }
  const ratios = (rates['2'] ?? []).map((rate, round) => rate / (rates['1']?.[round] ?? Number.NaN));
  report.add({ name: 'two runners / one, each of one thread', values: ratios, better: 'more', must: 1.8 });
}
