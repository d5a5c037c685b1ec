import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { jobWire, statsWire, submitWire } from '#queue/wire.ts';
import type { TestServer } from '../support/server.ts';
import type { Chance } from './chance.ts';
import type { Entry, Ledger } from './ledger.ts';

/** Where a client is, what it knows, and what it does next. */
export interface World {
  readonly servers: readonly TestServer[];
  readonly ledger: Ledger;
  readonly chance: Chance;
  readonly over: AbortSignal;
}

/** How often a client does what. */
const ACTIONS = { submit: 8, look: 10, cancel: 2, retry: 1, remove: 2, cutUpload: 1, sameKey: 2 } as const;

/** Jobs that wait at most: what is in line at the end has to be worked off before the reckoning. */
const LINE = 12;

/** A refusal that a server may give while it ends or has too much to do: to be asked again. */
const MAY_COME_AGAIN = [429, 503];

/** One client, doing one thing after another until the run is over. */
export async function client(world: World): Promise<void> {
  while (!world.over.aborted) {
    const action = world.chance.weighted(ACTIONS);
    world.ledger.count(action);
    await actions[action](world);
    await pause();
  }
}

const actions: Record<keyof typeof ACTIONS, (world: World) => Promise<void>> = {
  submit: async (world) => {
    if (await isLineLong(world)) return;
    await submit(world, world.chance.next() < 0.5 ? randomUUID() : undefined);
  },
  /** The same request three times at once, as an impatient client sends it. */
  sameKey: async (world) => {
    if (await isLineLong(world)) return;
    const key = randomUUID();
    const images = await form(world.chance.whole(1, 2));
    await Promise.all([1, 2, 3].map(() => submit(world, key, images)));
  },
  look: async (world) => {
    const entry = world.chance.one([...world.ledger.jobs.values()]);
    if (entry === undefined) return;
    const wasDeleted = entry.deleted !== 'no';
    const response = await ask(world, `/queue/job/${entry.id}`);
    if (response?.ok) world.ledger.saw(jobWire.parse(await response.json()));
    else if (response?.status === 404 && !wasDeleted && entry.deleted === 'no') {
      world.ledger.violated(`job ${entry.id} was accepted and is gone`);
    }
  },
  cancel: (world) => act(world, 'cancel'),
  retry: (world) => act(world, 'retry'),
  remove: async (world) => {
    const entry = world.chance.one(world.ledger.open());
    if (entry === undefined) return;
    entry.deleted = 'maybe';
    const response = await ask(world, `/queue/job/${entry.id}`, { method: 'DELETE' });
    if (response?.ok) entry.deleted = 'yes';
  },
  cutUpload,
};

async function act(world: World, what: 'cancel' | 'retry'): Promise<void> {
  const entry: Entry | undefined = world.chance.one(world.ledger.open());
  if (entry !== undefined) await ask(world, `/queue/job/${entry.id}/${what}`, { method: 'POST' });
}

async function isLineLong(world: World): Promise<boolean> {
  const response = await ask(world, '/queue/stats');
  return !response?.ok || statsWire.parse(await response.json()).stats.pending > LINE;
}

interface Images {
  readonly count: number;
  readonly body: () => FormData;
}

async function form(count: number): Promise<Images> {
  const grey = Math.floor(Math.random() * 256);
  const create = { width: 48, height: 32, channels: 3, background: { r: grey, g: 90, b: 200 } } as const;
  const bytes = new Uint8Array(await sharp({ create }).png().toBuffer());
  const body = () => {
    const data = new FormData();
    for (let n = 0; n < count; n += 1) data.append('images', new Blob([bytes]), `${String(n)}.png`);
    return data;
  };
  return { count, body };
}

/** With a key, a client asks until it has an answer; without one it cannot, for that might make two jobs. */
async function submit(world: World, key?: string, given?: Images): Promise<void> {
  const images = given ?? (await form(world.chance.whole(1, 3)));
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  while (!world.over.aborted || key !== undefined) {
    const response = await ask(world, '/queue/submit', { method: 'POST', headers, body: images.body() });
    if (response?.ok) {
      world.ledger.accepted(submitWire.parse(await response.json()).job_id, images.count);
      return;
    }
    if (key === undefined) {
      if (response === undefined) world.ledger.unanswered += 1;
      return;
    }
    await pause();
  }
}

/** Half a submission, and the client is gone. */
async function cutUpload({ servers, chance }: World): Promise<void> {
  const server = chance.one(servers);
  if (server === undefined) return;
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'POST /queue/submit HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n' +
      '--b\r\nContent-Disposition: form-data; name="images"; filename="half.png"\r\n\r\n' +
      'x'.repeat(chance.whole(1, 200_000)),
  );
  await pause();
  socket.destroy();
}

/**
 * Asks any of the servers. `undefined` when the connection broke, or the server is ending: then nobody knows what was
 * done. Any answer that says the server is at fault breaks a promise.
 */
export async function ask(world: World, path: string, init?: RequestInit): Promise<Response | undefined> {
  const server = world.chance.one(world.servers);
  try {
    const response = await server?.fetch(path, { ...init, signal: AbortSignal.timeout(30_000) });
    if (response === undefined) return undefined;
    // Read here, since the connection may break within the body too.
    const body = await response.arrayBuffer();
    if (MAY_COME_AGAIN.includes(response.status)) return undefined;
    if (response.status >= 500) {
      world.ledger.violated(`${path} answered ${String(response.status)}: ${Buffer.from(body).toString()}`);
    }
    return new Response(body, response);
  } catch {
    world.ledger.count('connections that broke');
    await pause();
    return undefined;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
