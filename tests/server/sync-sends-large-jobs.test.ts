/** What the page sends to a server, over lines that break: every piece of a large image once, and one job of it. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { jobOptions } from '#queue/options.ts';
import type { OutgoingJob } from '../../src/lib/browser/sync/interface.ts';
import { sendJob } from '../../src/lib/browser/sync/send-job.ts';
import { FaultyProxy, type Fault } from '../support/faulty-proxy.ts';
import { TestServer } from '../support/server.ts';
import { job, stats, storedFiles } from './client.ts';

const MB = 1024 * 1024;

let server: TestServer;
let line: FaultyProxy;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_ALLOWED_HOSTS: '127.0.0.1' } });
  line = await FaultyProxy.before(server.url);
});
afterEach(() => {
  line.fault = () => undefined;
  line.seen.length = 0;
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function outgoing(idempotencyKey: string, ...sizes: number[]): OutgoingJob {
  const files = sizes.map((size, index) => ({
    name: `im Süden ${String(index)}.jpg`,
    blob: new Blob([randomBytes(size)], { type: 'image/jpeg' }),
  }));
  const options = jobOptions.parse({ format: 'webp' });
  return { idempotencyKey, files, background: undefined, model: 'u2netp', options, priority: 5 };
}

/** Sends it again until the line holds; all fractions that were told. */
async function send(what: OutgoingJob): Promise<{ remoteId: string; fractions: number[] }> {
  const link = { baseUrl: line.url, apiKey: undefined, fetch, headers: {} };
  const { signal } = new AbortController();
  const fractions: number[] = [];
  for (;;) {
    try {
      const sent = await sendJob(link, what, { signal, onFraction: (fraction) => fractions.push(fraction) });
      return { ...sent, fractions };
    } catch (cause) {
      expect(cause).toMatchObject({ code: 'unreachable' });
    }
  }
}

/** The n-th requests of this method have this fault. */
function faultAt(method: string, fault: Fault, ...which: number[]) {
  let seen = 0;
  line.fault = (given) => (given === method && which.includes((seen += 1)) ? fault : undefined);
}

test('a small job is one request', async () => {
  const { remoteId, fractions } = await send(outgoing('small', 1000, 2000));
  expect([line.seen, fractions]).toEqual([['POST /queue/submit'], [0, 1]]);
  expect(await job(server, remoteId)).toMatchObject({
    filenames: ['im Süden 0.jpg', 'im Süden 1.jpg'],
    status: 'pending',
  });
});

test('a large job goes on where its line broke, with its images in their order', async () => {
  // Its second piece never arrives.
  faultAt('PATCH', 'cut', 2);
  const { remoteId, fractions } = await send(outgoing('large', 10 * MB, 1000));
  expect(line.seen.filter((request) => request.startsWith('PATCH'))).toHaveLength(1 + 1 + 2 + 1);
  expect(fractions.at(-1)).toBe(1);
  expect(await job(server, remoteId)).toMatchObject({ filenames: ['im Süden 0.jpg', 'im Süden 1.jpg'] });
  const files = await storedFiles(server);
  expect(files.filter((name) => name.endsWith('.piece'))).toEqual([]);
});

test('an answer that is lost makes no second piece, upload or job', async () => {
  const before = (await stats(server)).total;
  const what = outgoing('answers', 5 * MB);
  const asked = new Set<string>();
  // Of each request the first answer is lost: of the upload, of a piece, and of the submission.
  line.fault = (method, path) => {
    const isFirst = !asked.has(`${method} ${path}`);
    asked.add(`${method} ${path}`);
    return isFirst ? 'lost-answer' : undefined;
  };
  const { remoteId } = await send(what);
  expect(asked.size).toBe(3);
  line.fault = () => undefined;
  expect((await send(what)).remoteId).toBe(remoteId);
  expect((await stats(server)).total).toBe(before + 1);
});

test('ends with the signal’s reason', async () => {
  const control = new AbortController();
  const link = { baseUrl: line.url, apiKey: undefined, fetch, headers: {} };
  const sending = sendJob(link, outgoing('given up', 9 * MB), {
    signal: control.signal,
    onFraction: (fraction) => fraction > 0 && control.abort(new Error('on this device instead')),
  });
  await expect(sending).rejects.toThrow('on this device instead');
});
