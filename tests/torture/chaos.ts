import type { TestServer } from '../support/server.ts';
import type { World } from './clients.ts';

/** What can go wrong with the processes. */
const FAULTS = { killRunner: 5, killServer: 2, powerCut: 2, terminate: 2, freezeRunner: 1 } as const;

/** A fault of the run's own, such as the database's. */
export interface Fault {
  readonly name: string;
  readonly cause: () => Promise<void>;
}

/** Breaks one thing after another, with some seconds in between in which work gets done. */
export async function chaos(world: World, more: readonly Fault[]): Promise<void> {
  const { chance, ledger, over } = world;
  const weights = { ...FAULTS, ...Object.fromEntries(more.map(({ name }) => [name, 3])) };
  while (!over.aborted) {
    await quiet(chance.whole(500, 4_000), over);
    const name: string = chance.weighted(weights);
    const server = chance.one(world.servers);
    if (over.aborted || server === undefined) return;
    ledger.count(name);
    await (more.find((fault) => fault.name === name)?.cause() ??
      cause(name as keyof typeof FAULTS, server, world));
  }
}

async function cause(fault: keyof typeof FAULTS, server: TestServer, { chance }: World): Promise<void> {
  const runner = chance.one(server.runnerPids);
  switch (fault) {
    case 'killRunner':
      return signal(runner, 'SIGKILL');
    case 'freezeRunner':
      // Its server finds it silent, and kills it.
      return signal(runner, 'SIGSTOP');
    case 'killServer':
      await server.kill();
      return server.restart();
    case 'powerCut':
      await server.killTree();
      return server.restart();
    case 'terminate':
      await server.stop();
      return server.restart();
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch (error) {
    // It died by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function quiet(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    over.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
