import sharp from 'sharp';
import { jobListWire, statsWire, type JobWire } from '#queue/wire.ts';
import type { TestServer } from '../support/server.ts';
import type { Entry, Ledger } from './ledger.ts';

const WHO_MAY_FAIL = ['runner_lost'];

/** Holds what there is, when all is quiet, against what was promised. */
export async function reckon(server: TestServer, ledger: Ledger): Promise<void> {
  const jobs = await allJobs(server);
  for (const job of jobs.values()) ledger.saw(job);
  for (const entry of ledger.jobs.values()) await reckonJob(server, ledger, entry, jobs.get(entry.id));
  const strangers = [...jobs.keys()].filter((id) => !ledger.jobs.has(id)).length;
  if (strangers > ledger.unanswered) {
    ledger.violated(
      `${String(strangers)} jobs are there that nobody was told of; at most ${String(ledger.unanswered)} may`,
    );
  }
  await reckonStats(server, ledger, jobs);
}

async function reckonJob(
  server: TestServer,
  ledger: Ledger,
  { id, images, deleted, seen }: Entry,
  job: JobWire | undefined,
): Promise<void> {
  if (job === undefined) {
    if (deleted === 'no') ledger.violated(`job ${id} was accepted and is lost`);
    if (seen !== 'deleted' && seen !== undefined)
      ledger.violated(`the feed did not tell that ${id} was deleted`);
    return;
  }
  if (deleted === 'yes') ledger.violated(`job ${id} was deleted and is there`);
  if (job.results.length !== images) {
    ledger.violated(`job ${id} has ${String(job.results.length)} images of ${String(images)}`);
  }
  if (seen === undefined || seen === 'deleted' || JSON.stringify(seen) !== JSON.stringify(job)) {
    ledger.violated(`the feed's last word of job ${id} is not how it is`);
  }
  for (const result of job.results) {
    ledger.count(`images ${result.status}`);
    if (result.status === 'completed') await reckonResult(server, ledger, result);
    else if (result.status === 'failed' && !WHO_MAY_FAIL.includes(result.error?.code ?? '')) {
      ledger.violated(`an image of job ${id} failed: ${JSON.stringify(result.error)}`);
    }
  }
}

async function reckonResult(
  server: TestServer,
  ledger: Ledger,
  { url, bytes, width, height }: JobWire['results'][number],
): Promise<void> {
  const result = Buffer.from(await (await server.fetch(url ?? '')).arrayBuffer());
  const is = await sharp(result)
    .metadata()
    .catch(() => undefined);
  if (result.length !== bytes || is?.format !== 'png' || is.width !== width || is.height !== height) {
    ledger.violated(`the result at ${String(url)} is not what its job says`);
  }
}

async function reckonStats(
  server: TestServer,
  ledger: Ledger,
  jobs: ReadonlyMap<string, JobWire>,
): Promise<void> {
  const { stats } = statsWire.parse(await (await server.fetch('/queue/stats')).json());
  const counted: Record<string, number> = { total: jobs.size };
  for (const { status } of jobs.values()) counted[status] = (counted[status] ?? 0) + 1;
  for (const [state, count] of Object.entries(stats)) {
    if (count !== (counted[state] ?? 0)) {
      ledger.violated(`stats say ${String(count)} ${state}, the list has ${String(counted[state] ?? 0)}`);
    }
  }
}

async function allJobs(server: TestServer): Promise<Map<string, JobWire>> {
  const jobs = new Map<string, JobWire>();
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = jobListWire.parse(await (await server.fetch(`/queue/jobs?limit=100${query}`)).json());
    for (const job of page.jobs) jobs.set(job.id, job);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return jobs;
}
