/** Telling receivers that a job is over, over the real store and real connections; only the clock and the names are ours. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job, Webhook } from '#queue/job.ts';
import { Queue } from '#queue/queue.ts';
import * as transitions from '#queue/transitions.ts';
import { jobWire } from '#queue/wire.ts';
import { openDiskBlobs } from '../../../server/blobs/disk.ts';
import { createPublicFetch } from '../../../server/http/public-fetch.ts';
import { createLog } from '../../../server/log.ts';
import { openSqliteStore } from '../../../server/stores/sqlite/store.ts';
import { Deliveries, type SecretOf } from '../../../server/webhooks/deliveries.ts';
import { delayMillis, MOST_ATTEMPTS } from '../../../server/webhooks/schedule.ts';
import { webhookTarget } from '../../../server/webhooks/target.ts';
import { sampleJob } from '../../contract/sample-job.ts';

const SECRET = randomBytes(32);
const PRIVATE_HOSTS = ['a.example', 'b.example'];
const HOUR = 3600 * 1000;

interface Call {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let folder: string;
let queue: Queue;
/** Moves the clock of the queue on. */
/** Deliveries wait by the real clock in between, and for longer on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

let later = 0;
let cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  later = 0;
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-webhooks-'));
  queue = await openQueue();
});
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
  await rm(folder, { recursive: true });
});

/** As another process on the same storage has it. */
async function openQueue(): Promise<Queue> {
  const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
  const blobs = await openDiskBlobs(path.join(folder, 'blobs'));
  cleanUp.push(() => store.close());
  return new Queue({ store, blobs, now: () => Date.now() + later, newId: () => '', random: Math.random });
}

/** Starts a server's deliveries. */
function deliver({
  on = queue,
  resolve = async () => ['127.0.0.1'],
  secretOf = async () => ({ bytes: SECRET }),
}: {
  on?: Queue;
  resolve?: (host: string) => Promise<string[]>;
  secretOf?: SecretOf;
} = {}): Deliveries {
  const fetch = createPublicFetch({ privateHosts: PRIVATE_HOSTS, resolve });
  const caller = { fetch, privateHosts: PRIVATE_HOSTS, now: on.now };
  const log = createLog({ style: 'silent', level: 'info' });
  const deliveries = new Deliveries({ queue: on, caller, secretOf, log });
  deliveries.start();
  cleanUp.push(() => deliveries.stop(0));
  return deliveries;
}

/** A receiver on this machine. `answer` decides about each call; without one, all are taken. */
async function receiver(
  answer: (response: ServerResponse, call: Call, count: number) => void = (response) => response.end(),
): Promise<{ calls: Call[]; port: number }> {
  const calls: Call[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const call = { headers: request.headers, body };
      calls.push(call);
      answer(response, call, calls.length);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => server.close().closeAllConnections());
  return { calls, port: (server.address() as AddressInfo).port };
}

/** A job that is over, whose end somebody is to be told. */
async function overJob(url: string, changes: Partial<Job> = {}): Promise<string> {
  const { job, items } = sampleJob({
    id: crypto.randomUUID(),
    createdAt: queue.now(),
    webhook: { url, state: 'waiting' },
    ...changes,
  });
  await queue.store.insert(job, items);
  await queue.store.changeAll(job.id, transitions.cancelled, queue.now());
  return job.id;
}

async function webhookOf(id: string): Promise<Webhook | null | undefined> {
  return (await queue.store.get(id))?.job.webhook;
}

async function reaches(id: string, state: Webhook['state'], attempt: number): Promise<Webhook> {
  return vi.waitFor(
    async () => {
      const webhook = await webhookOf(id);
      expect(webhook).toMatchObject({ state, attempt });
      return webhook as Webhook;
    },
    { timeout: 30_000, interval: 20 },
  );
}

/** The outcome of a try is known: while it is under way, the webhook still has the failure of the one before. */
const failed = (id: string, failure: object = {}) =>
  vi.waitFor(async () => expect(await webhookOf(id)).toMatchObject({ failure }), { timeout: 30_000 });

describe('a message', () => {
  test('has the job, and a signature over id, time and body that anybody can check who has the secret', async () => {
    const { calls, port } = await receiver();
    const id = await overJob(`http://a.example:${String(port)}/hook?for=us`);
    deliver();
    expect(await reaches(id, 'delivered', 1)).toMatchObject({ at: expect.any(Number) as number });
    expect(calls).toHaveLength(1);
    const { headers, body } = calls[0];
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`,
    );
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers).toMatchObject({ 'content-type': 'application/json', host: `a.example:${String(port)}` });
    const { type, data } = JSON.parse(body) as { type: string; data: unknown };
    expect(type).toBe('job.cancelled');
    expect(jobWire.parse(data)).toMatchObject({ id, status: 'cancelled' });
  });

  test('of a job that was queued again and is over again is another one', async () => {
    const { calls, port } = await receiver();
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver();
    await reaches(id, 'delivered', 1);
    later += 1000;
    await queue.store.changeAll(
      id,
      (item) => transitions.retried(item, queue.policy, queue.now()),
      queue.now(),
    );
    await queue.store.changeAll(id, transitions.cancelled, queue.now());
    await vi.waitFor(() => expect(calls).toHaveLength(2), { timeout: 10_000 });
    expect(calls[0]?.headers['webhook-id']).not.toBe(calls[1]?.headers['webhook-id']);
  });
});

describe('a receiver that fails', () => {
  test('is told again, with the same id, until it takes the message', async () => {
    const { calls, port } = await receiver((response, _call, count) => {
      response.statusCode = count < 3 ? 500 + count : 204;
      response.end();
    });
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver();
    await failed(id);
    expect(await webhookOf(id)).toMatchObject({
      state: 'due',
      failure: { code: 'webhook_answered', message: 'It answered 501.' },
    });
    expect(calls).toHaveLength(1);
    later += 10_000;
    await failed(id, { message: 'It answered 502.' });
    later += 60_000;
    await reaches(id, 'delivered', 3);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('is given up after ten tries within a day, with the reason of the last', async () => {
    const { port } = await receiver();
    const url = `http://a.example:${String(port)}/`;
    const last = { url, state: 'due', dueAt: 0, attempt: MOST_ATTEMPTS - 1 } as const;
    const id = await overJob(url);
    await queue.store.changeJob(id, (job) => ({ ...job, webhook: last }));
    deliver({ resolve: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })) });
    expect(await reaches(id, 'failed', MOST_ATTEMPTS)).toMatchObject({
      failure: { code: 'webhook_unreachable', message: 'It cannot be reached: ENOTFOUND.' },
    });
    const waits = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, n) => delayMillis(n + 1, 0) ?? NaN);
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeLessThan(24 * HOUR);
  });

  test('by 410 wants no more of it, and gets no more', async () => {
    const { calls, port } = await receiver((response) => response.writeHead(410).end());
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver();
    await reaches(id, 'failed', 1);
    expect(calls).toHaveLength(1);
  });

  test('by an answer without end is taken by its status, and hung up on', async () => {
    let hungUp = false;
    const { port } = await receiver((response) => {
      const drip = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => {
        clearInterval(drip);
        hungUp = true;
      });
    });
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver();
    await reaches(id, 'delivered', 1);
    await vi.waitFor(() => expect(hungUp).toBe(true));
  });

  test('by silence keeps nobody else waiting', async () => {
    const slow = await receiver(() => undefined);
    const quick = await receiver();
    for (let n = 0; n < 600; n += 1) await overJob(`http://a.example:${String(slow.port)}/`);
    const id = await overJob(`http://b.example:${String(quick.port)}/`);
    deliver();
    await reaches(id, 'delivered', 1);
    expect(slow.calls.length).toBeLessThanOrEqual(4);
  });
});

describe('several servers on one storage', () => {
  test('tell each receiver once', async () => {
    const { calls, port } = await receiver();
    const ids = [];
    for (let n = 0; n < 40; n += 1) ids.push(await overJob(`http://a.example:${String(port)}/`));
    deliver();
    deliver({ on: await openQueue() });
    for (const id of ids) await reaches(id, 'delivered', 1);
    expect(calls).toHaveLength(ids.length);
  });
});

describe('what a stranger must not reach through webhooks', () => {
  test.each([
    ['a name that leads into this network', async () => ['10.0.0.1']],
    ['a name with one private address among others', async () => ['93.184.215.14', '127.0.0.1']],
    ['the metadata of a cloud', async () => ['169.254.169.254']],
    ['IPv4 in IPv6', async () => ['::ffff:127.0.0.1']],
  ])('%s is not called', async (_what, resolve) => {
    const id = await overJob('https://evil.example/');
    deliver({ resolve });
    await failed(id);
    expect(await webhookOf(id)).toMatchObject({
      failure: {
        code: 'webhook_refused',
        message: expect.stringMatching(/not on the public Internet/) as string,
      },
    });
  });

  test('a name that leads elsewhere a moment later: it is looked up once, and called where it was checked', async () => {
    const { calls, port } = await receiver();
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const resolve = vi.fn(async () => answers.shift() ?? ['127.0.0.3']);
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver({ resolve });
    // Nothing listens on the other addresses.
    await reaches(id, 'delivered', 1);
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(calls).toHaveLength(1);
  });

  test('what a receiver redirects to', async () => {
    const inside = await receiver();
    const { port } = await receiver((response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${String(inside.port)}/` }).end(),
    );
    const id = await overJob(`http://a.example:${String(port)}/`);
    deliver();
    await failed(id);
    expect(await webhookOf(id)).toMatchObject({
      failure: { message: 'It answered 307, and redirects are not followed.' },
    });
    expect(inside.calls).toHaveLength(0);
  });

  test.each([
    ['http://shop.example/', 'it is not https'],
    ['ftp://a.example/', 'it is not https'],
    ['https://me:secret@shop.example/', 'it carries a user name or password'],
    ['https://shop.example:25/', 'the port 25 is none of'],
    ['https://localhost/', 'not on the public Internet'],
    ['https://127.1/', 'not on the public Internet'],
    ['https://[::1]/', 'not on the public Internet'],
    ['https://[::ffff:7f00:1]/', 'not on the public Internet'],
    ['https://0xa9fea9fe/', 'not on the public Internet'],
    ['https://100.64.0.1/', 'not on the public Internet'],
    ['nonsense', 'it is no URL'],
    [`https://shop.example/${'x'.repeat(3000)}`, 'it has more than 2048 characters'],
  ])('%s is refused before anything is stored', (url, why) => {
    const target = webhookTarget(url, PRIVATE_HOSTS);
    expect(target).toEqual({ kind: 'unfit', why: expect.stringContaining(why) as string });
  });

  test.each(['https://shop.example/', 'https://shop.example:8443/x?y', 'http://a.example:3000/'])(
    '%s may be called',
    (url) => {
      expect(webhookTarget(url, PRIVATE_HOSTS).kind).toBe('fit');
    },
  );
});

test('a job whose key is revoked is told of to nobody', async () => {
  const { calls, port } = await receiver();
  const id = await overJob(`http://a.example:${String(port)}/`, { tenant: 'key' });
  const failure = { code: 'webhook_key_revoked', message: 'Revoked.' };
  deliver({ secretOf: async () => ({ failure }) });
  expect(await reaches(id, 'failed', 1)).toMatchObject({ failure });
  expect(calls).toHaveLength(0);
});
