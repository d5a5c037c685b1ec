import fc from 'fast-check';
import { expect } from 'vitest';
import { stateOf, type StoredJob } from '#queue/job.ts';
import { nameOf } from '#sync/feed.ts';
import { TestDevice, type Trouble } from './device.ts';
import { FAULTS, Network } from './network.ts';
import { RETENTION_SECONDS, TestServer, type ServerStorage } from './server.ts';

type Which = 0 | 1;

export type Step =
  | { readonly do: 'submit'; readonly device: Which; readonly images: number }
  | { readonly do: 'act'; readonly device: Which; readonly what: Act; readonly job: number }
  /** By a program with the same key, straight at the server. */
  | { readonly do: 'act at the server'; readonly what: Act; readonly job: number }
  | { readonly do: 'submit at the server' }
  | { readonly do: 'pass'; readonly device: Which; readonly trouble: Trouble }
  | { readonly do: 'both pass'; readonly troubles: readonly [Trouble, Trouble] }
  | { readonly do: 'cut off' | 'connect'; readonly device: Which }
  | { readonly do: 'work'; readonly succeed: boolean }
  | { readonly do: 'deliver late'; readonly which: number }
  | { readonly do: 'restart server' }
  | { readonly do: 'time goes by' };

type Act = 'cancel' | 'retry' | 'remove';

const which = fc.constantFrom<Which[]>(0, 1);
const act = fc.constantFrom<Act[]>('cancel', 'retry', 'remove');
const job = fc.nat({ max: 5 });
const trouble: fc.Arbitrary<Trouble> = fc.record({
  faults: fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.constant('none' as const) }, fc.constantFrom(...FAULTS)),
    {
      maxLength: 12,
    },
  ),
  crashAt: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      device: which,
      images: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 15, arbitrary: fc.record({ do: fc.constant('act' as const), device: which, what: act, job }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('act at the server' as const), what: act, job }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('submit at the server' as const) }) },
  { weight: 24, arbitrary: fc.record({ do: fc.constant('pass' as const), device: which, trouble }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('both pass' as const), troubles: fc.tuple(trouble, trouble) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('cut off' as const, 'connect' as const), device: which }),
  },
  { weight: 18, arbitrary: fc.record({ do: fc.constant('work' as const), succeed: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('deliver late' as const), which: fc.nat({ max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restart server' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('time goes by' as const) }) },
);

/** What users did to a job, by its name. */
interface Story {
  deleted: boolean;
  cancels: number;
  retries: number;
}

/** Two devices of one user and a server, and what the user did. */
export class Play {
  readonly server: TestServer;
  readonly network: Network;
  readonly devices: readonly [TestDevice, TestDevice];
  readonly #stories = new Map<string, Story>();
  /** Names of jobs that the server let go by itself: from then on each device has its own copy. */
  readonly #expired = new Set<string>();
  #clock = 1_800_000_000_000;
  #made = 0;
  readonly #number: number;

  /** @param number no other play on the same storage has it */
  constructor(storage: ServerStorage, number: number) {
    this.#number = number;
    const tenant = `play-${String(process.pid)}-${String(number)}`;
    const now = () => (this.#clock += 1);
    this.server = new TestServer(storage, tenant, now, this.#newId);
    this.network = new Network(() => (request) => this.server.handle(request));
    const host = { network: this.network, now, newId: this.#newId };
    // Clocks of devices are anything.
    const behind = { ...host, now: () => now() - 3 * 3600 * 1000 };
    this.devices = [new TestDevice(`${tenant}-0`, host), new TestDevice(`${tenant}-1`, behind)];
  }

  readonly #newId = (): string => {
    this.#made += 1;
    const play = this.#number.toString(16).padStart(8, '0');
    return `${play}-0000-7000-8000-${String(this.#made).padStart(12, '0')}`;
  };

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'submit': {
        const texts = Array.from({ length: step.images }, () => `photo ${this.#newId().slice(-6)}`);
        this.#stories.set(await this.devices[step.device].submit(texts), fresh());
        return;
      }
      case 'act': {
        const device = this.devices[step.device];
        const found = pick(await device.jobs(), step.job);
        if (found !== undefined && (await device.act(step.what, found.job.id)))
          this.#note(found.job.id, step.what);
        return;
      }
      case 'act at the server': {
        const found = pick(await this.server.jobs(), step.job);
        if (found === undefined) return;
        const done = await this.server.client[step.what](found.job.id).then(
          () => true,
          () => false,
        );
        if (done) this.#note(nameOf(found.job.id, found.job.idempotency?.key ?? null), step.what);
        return;
      }
      case 'submit at the server': {
        const form = new FormData();
        form.append('images', new Blob(['photo of a program']), 'program.jpg');
        const request = new Request('http://server.test/queue/submit', { method: 'POST', body: form });
        const { job_id } = (await (await this.server.handle(request)).json()) as { job_id: string };
        this.#stories.set(job_id, fresh());
        return;
      }
      case 'pass':
        return this.devices[step.device].pass(step.trouble);
      case 'both pass': {
        const [first, second] = this.devices;
        await Promise.all([first.pass(step.troubles[0]), second.pass(step.troubles[1])]);
        return;
      }
      case 'cut off':
        this.network.offline.add(this.devices[step.device].name);
        return;
      case 'connect':
        this.network.offline.delete(this.devices[step.device].name);
        return;
      case 'work':
        await this.server.work(step.succeed);
        return;
      case 'deliver late':
        return this.network.deliverLate(step.which);
      case 'restart server':
        return this.server.start();
      case 'time goes by':
        return this.#passTime();
      default:
        return step satisfies never;
    }
  }

  async #passTime(): Promise<void> {
    const before = await this.server.names();
    this.#clock += RETENTION_SECONDS * 1000 + 1;
    await this.server.queue.sweep();
    const after = new Set(await this.server.names());
    for (const name of before) if (!after.has(name)) this.#expired.add(name);
    // Deletions are forgotten as well: who has not heard of them by now never does.
    for (const [name, { deleted }] of this.#stories) if (deleted) this.#expired.add(name);
  }

  #note(name: string, what: Act): void {
    const story = this.#stories.get(name);
    if (story === undefined) return;
    if (what === 'remove') story.deleted = true;
    if (what === 'cancel') story.cancels += 1;
    if (what === 'retry') story.retries += 1;
  }

  /** All is well again: every request arrives, the server works, and both devices sync until nothing changes. */
  async heal(): Promise<void> {
    this.network.offline.clear();
    while (this.network.late > 0) await this.network.deliverLate(0);
    let before = '';
    for (let round = 0; round < 20; round += 1) {
      for (const device of this.devices) await device.pass();
      while (await this.server.work(true));
      const now = JSON.stringify([
        await this.server.jobs(),
        ...(await Promise.all(this.devices.map((d) => d.jobs()))),
      ]);
      if (now === before) return;
      before = now;
    }
    throw new Error('They do not come to rest.');
  }

  /** What users may rely on. */
  async check(): Promise<void> {
    const there = new Map(
      (await this.server.jobs()).map((stored) => [
        nameOf(stored.job.id, stored.job.idempotency?.key ?? null),
        stored,
      ]),
    );
    for (const device of this.devices) {
      const open = (await device.db.jobs.toArray()).filter(({ todo }) => todo !== undefined);
      const about = JSON.stringify([open.map(({ job }) => job), await device.db.graves.toArray()]);
      expect(await device.store.outstanding(), `${device.name} has nothing left to do: ${about}`).toEqual({
        outbox: 0,
        incoming: 0,
      });
      await this.#checkEqual(device, there);
    }
    await this.#checkStories(there);
  }

  /** All sides have the same jobs, states and results. */
  async #checkEqual(device: TestDevice, there: ReadonlyMap<string, StoredJob>): Promise<void> {
    const jobs = await device.jobs();
    const here = new Map(jobs.map((stored) => [stored.job.id, stored]));
    for (const [name, stored] of there) {
      const mine = here.get(name);
      expect(mine && summary(mine), `job ${name} on ${device.name}`).toEqual(summary(stored));
      if (mine === undefined) continue;
      for (const index of stored.items.keys()) {
        expect(await device.resultText(mine, index)).toBe(await this.server.resultText(stored, index));
      }
    }
    for (const { job } of jobs) {
      if (there.has(job.id)) continue;
      const state = stateOf(job);
      // It never got there and was cancelled; or the server let it go by itself, and it is this device's own since
      // then: a retry of it waits for a runner, which these devices do not have.
      const isOwn = job.place === undefined || ['completed', 'failed'].includes(state);
      const excused = state === 'cancelled' || (this.#expired.has(job.id) && isOwn);
      expect(excused, `${device.name} alone has job ${job.id} (${state})`).toBe(true);
    }
  }

  async #checkStories(there: ReadonlyMap<string, StoredJob>): Promise<void> {
    const known = await Promise.all(this.devices.map((device) => device.jobs()));
    for (const [name, story] of this.#stories) {
      const everywhere = [...known.flat().map(({ job }) => job.id), ...there.keys()];
      const isSomewhere = everywhere.includes(name);
      if (this.#expired.has(name)) continue;
      if (story.deleted) expect(isSomewhere, `job ${name} was deleted`).toBe(false);
      else expect(isSomewhere, `job ${name} is not lost`).toBe(true);
      const stored = there.get(name);
      if (stored === undefined) continue;
      expect(['completed', 'cancelled', 'failed']).toContain(stateOf(stored.job));
      expect(stored.job.run ?? 0, `job ${name} runs again when its user says so`).toBeLessThanOrEqual(
        story.retries * stored.items.length,
      );
      if (story.cancels === 0) expect(stateOf(stored.job)).not.toBe('cancelled');
      for (const index of stored.items.keys()) {
        const times = this.server.completions.get(`${name}/${String(index)}`) ?? 0;
        expect(times, `image ${String(index)} of job ${name}`).toBeLessThanOrEqual(1);
      }
    }
    const names = await this.server.names();
    expect(new Set(names).size).toBe(names.length);
  }

  async close(): Promise<void> {
    for (const device of this.devices) await device.close();
  }
}

const fresh = (): Story => ({ deleted: false, cancels: 0, retries: 0 });

function pick<T>(all: readonly T[], at: number): T | undefined {
  return all.length === 0 ? undefined : all[at % all.length];
}

function summary({ job, items }: StoredJob) {
  return {
    state: stateOf(job),
    model: job.model,
    items: items.map(({ filename, state }) => ({ filename, state })),
  };
}
