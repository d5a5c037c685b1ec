import { statsWire } from '#queue/wire.ts';
import { TestServer } from '../support/server.ts';
import { Chance } from './chance.ts';
import { chaos, type Fault } from './chaos.ts';
import { client, type World } from './clients.ts';
import { follow } from './follower.ts';
import { Ledger } from './ledger.ts';
import { reckon } from './reckoning.ts';

export interface TortureSettings {
  readonly seconds: number;
  readonly seed: number;
  /** For both servers, such as DATABASE_URL. */
  readonly env?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
}

const CLIENTS = 4;
/** A frozen runner is found out within a run, and the queue is never so full that a run cannot end. */
const ENV = { OFFCUT_HANG_SECONDS: '3', OFFCUT_RUNNERS: '1', OFFCUT_SHUTDOWN_SECONDS: '3' };

/**
 * Two servers on one storage, clients that submit, cancel, retry, delete, hang up and ask twice, and processes that
 * die at any moment. Then quiet: all that was promised must be there.
 * @returns what the clients know, broken promises included
 */
export async function torture({ seconds, seed, env = {}, faults = [] }: TortureSettings): Promise<Ledger> {
  await using first = await TestServer.start({ env: { ...ENV, ...env } });
  await using second = await TestServer.start({ dataDir: first.dataDir, env: { ...ENV, ...env } });
  const ledger = new Ledger();
  const settled = new AbortController();
  const world: World = {
    servers: [first, second],
    ledger,
    chance: new Chance(seed),
    over: AbortSignal.timeout(seconds * 1000),
  };
  const following = follow(world, settled.signal);
  await Promise.all([chaos(world, faults), ...Array.from({ length: CLIENTS }, () => client(world))]);
  await untilQuiet(world, first);
  await untilTold(world);
  settled.abort();
  await following;
  await reckon(first, ledger);
  return ledger;
}

/** Until nothing is left to do. */
async function untilQuiet({ servers }: World, server: TestServer): Promise<void> {
  const { body } = await server.fetch('/queue/events');
  const wake = body?.getReader();
  for (;;) {
    const { stats } = statsWire.parse(await (await servers[0]?.fetch('/queue/stats'))?.json());
    if (stats.pending + stats.processing === 0) break;
    // Any event, or the keep-alive.
    await wake?.read();
  }
  await wake?.cancel();
}

/** Until the follower has heard of the last change. */
async function untilTold({ ledger, servers }: World): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  for (;;) {
    const waiting = [...ledger.jobs.values()].filter(
      ({ seen, deleted }) =>
        seen === undefined ||
        (deleted === 'yes' && seen !== 'deleted') ||
        (seen !== 'deleted' && seen.completed_at === null),
    );
    if (waiting.length === 0 || performance.now() > giveUpAt) return;
    await servers[0]?.fetch('/health');
  }
}
