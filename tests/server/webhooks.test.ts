/** Webhooks of the real server: options, what the job shows of them, and a kill at the worst moment. */
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { EventEmitter, on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobWire, submitWire } from '#queue/wire.ts';
import { photo } from '../contract/api-photos.ts';
import { fromRoot } from '../support/run-script.ts';
import { TestServer } from '../support/server.ts';
import { job, problem, submit, toForm } from './client.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

interface Call {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly response: ServerResponse;
}

/** Holds every call until a test answers it. */
class Receiver extends EventEmitter<{ call: [Call] }> {
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => this.emit('call', { headers: request.headers, body, response }));
  });

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/hook`;
  }

  /** All calls from now on. */
  calls(): AsyncIterator<[Call]> {
    return on(this, 'call') as AsyncIterator<[Call]>;
  }

  close(): void {
    this.#server.close().closeAllConnections();
  }
}

let server: TestServer;
const receiver = new Receiver();
beforeAll(async () => {
  await receiver.open();
  server = await TestServer.start({
    env: {
      OFFCUT_RUNNERS: '0',
      OFFCUT_WEBHOOK_SECRET: SECRET,
      OFFCUT_WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
    },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  receiver.close();
});

async function next(calls: AsyncIterator<[Call]>): Promise<Call> {
  const { value } = (await calls.next()) as IteratorYieldResult<[Call]>;
  return value[0];
}

const cancel = (id: string) => server.fetch(`/queue/job/${id}/cancel`, { method: 'POST' });

/** @throws {Error} unless the message is what the server signed */
function verify({ headers, body }: Call): unknown {
  const [id, time, given] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`]),
  );
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${id ?? ''}.${time ?? ''}.${body}`)
    .digest('base64');
  if (given !== `v1,${expected}`) throw new Error('The signature is wrong.');
  return JSON.parse(body);
}

test('a job tells its webhook when it is over, and shows what became of that', async () => {
  const calls = receiver.calls();
  const { job_id: id } = await submit(server, [await photo()], { webhook_url: receiver.url });
  expect((await job(server, id)).webhook).toMatchObject({
    status: 'waiting',
    attempts: 0,
    url: receiver.url,
  });
  await cancel(id);
  const call = await next(calls);
  expect(verify(call)).toMatchObject({ type: 'job.cancelled', data: { id, status: 'cancelled' } });
  const delivered = server.nextLog('webhook_delivered');
  call.response.end();
  await delivered;
  expect((await job(server, id)).webhook).toMatchObject({
    status: 'delivered',
    attempts: 1,
    error: null,
    next_attempt_at: null,
  });
  expect(JSON.stringify(server.log)).not.toContain('/hook');
});

test('a server killed between sending and noting it tells again after its restart, with the same id', async () => {
  const calls = receiver.calls();
  const { job_id: id } = await submit(server, [await photo()], { webhook_url: receiver.url });
  await cancel(id);
  const first = await next(calls);
  await server.kill();
  await server.restart();
  const second = await next(calls);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(verify(second)).toMatchObject({ data: { id, webhook: { attempts: 2 } } });
  const delivered = server.nextLog('webhook_delivered');
  second.response.end();
  await delivered;
  expect((await job(server, id)).webhook).toMatchObject({ status: 'delivered', attempts: 2 });
});

test.each([
  ['https://169.254.169.254/latest/meta-data/', 'not on the public Internet'],
  ['http://shop.example/', 'it is not https'],
])('webhook_url=%s is refused', async (url, why) => {
  const form = toForm([await photo()], { webhook_url: url });
  const response = await server.fetch('/queue/submit', { method: 'POST', body: form });
  expect(response.status).toBe(400);
  expect(await problem(response)).toMatchObject({
    code: 'option_invalid',
    option: 'webhook_url',
    detail: expect.stringContaining(why) as string,
  });
});

test('routes that wait for the result take no webhook', async () => {
  const form = toForm([{ ...(await photo()), field: 'image' }], { webhook_url: receiver.url });
  const response = await server.fetch('/remove-bg', { method: 'POST', body: form });
  expect(await problem(response)).toMatchObject({ status: 400, code: 'option_unsupported' });
});

test('in the query as well, and the same submission again with another webhook is another request', async () => {
  const files = [await photo()];
  const send = async (url: string) =>
    server.fetch(`/queue/submit?webhook_url=${encodeURIComponent(url)}`, {
      method: 'POST',
      headers: { 'idempotency-key': 'hooked' },
      body: toForm(files),
    });
  const { job_id: id } = submitWire.parse(await (await send(receiver.url)).json());
  expect(jobWire.parse(await (await server.fetch(`/queue/job/${id}`)).json()).webhook?.url).toBe(
    receiver.url,
  );
  expect((await send(`${receiver.url}?other`)).status).toBe(422);
});

test.each([
  ['TypeScript', process.execPath, 'webhook-receiver.ts'],
  ['Python', 'python3', 'webhook_receiver.py'],
])('the receiver of docs/examples in %s believes the server, and nobody else', async (_name, tool, file) => {
  if (spawnSync(tool, ['--version']).status !== 0) return;
  const env = { ...process.env, WEBHOOK_SECRET: SECRET };
  const child = spawn(tool, [fromRoot(`docs/examples/${file}`), '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const listening = await lines.next();
    const url = `http://127.0.0.1:${String(listening.value).replace('listening on ', '')}/`;
    const forged = { 'webhook-id': 'msg_1', 'webhook-signature': 'v1,AAAA' };
    for (const time of [Math.floor(Date.now() / 1000), 1_000_000_000]) {
      const headers = { ...forged, 'webhook-timestamp': String(time) };
      expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401);
    }
    const { job_id: id } = await submit(server, [await photo()], { webhook_url: url });
    const delivered = server.nextLog('webhook_delivered');
    await cancel(id);
    await delivered;
    expect((await lines.next()).value).toBe(`job.cancelled ${id} with 1 images`);
  } finally {
    child.kill();
  }
});
