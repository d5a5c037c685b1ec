import { expose } from 'comlink';
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import { MattingClient } from '../../../src/lib/browser/matting-worker/client.ts';
import type { MatteTask, MattingWorker } from '../../../src/lib/browser/matting-worker/interface.ts';
import { TINY_MODEL } from '../../fixtures/tiny-model.ts';

/*
 * An image that takes the worker with it takes those that are in hand beside it too, and they are not to blame. The
 * worker's other end is played, behind a real channel.
 */

const ports: MessagePort[] = [];
const clients: MattingClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const port of ports.splice(0)) port.close();
});

/** How many images each worker that was started has been given. */
type Started = number[];

/** Dies of the image "poison" once it has `inHand` images; answers the others when told to, or at once. */
function workerThatDies(started: Started, inHand: (worker: number) => number): Worker {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const number = started.push(0) - 1;
  let poisoned = false;
  const dead = new Promise<never>(() => undefined);
  const service: MattingWorker = {
    open: async () => undefined,
    load: async () => ({ runtime: 'wasm', threads: 1, reason: 'played' }),
    matte: async ({ input }: MatteTask) => {
      started[number] = (started[number] ?? 0) + 1;
      poisoned ||= (await input.text()) === 'poison';
      if (poisoned && started[number] >= inHand(number)) {
        port2.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
      }
      if (poisoned || started[number] < inHand(number)) await dead;
      return { blob: input, width: 1, height: 1, warnings: [] };
    },
    abort: async () => undefined,
  };
  expose(service, port1);
  return Object.assign(port2, { terminate: () => undefined }) as unknown as Worker;
}

function openClient(inHand: (worker: number) => number) {
  const started: Started = [];
  const client = new MattingClient({
    startWorker: () => workerThatDies(started, inHand),
    choice: { prefer: 'wasm' },
    onEngine: () => undefined,
  });
  clients.push(client);
  const model = { spec: TINY_MODEL, weightsUrl: 'https://offcut.example/tiny.onnx' };
  const matte = (name: string, signal = new AbortController().signal) =>
    client.matte(new Blob([name]), DEFAULT_OPTIONS, model, { signal, onStage: () => undefined });
  return { client, started, matte };
}

/** The first worker waits for all three; those that try one alone have one. */
const threeAtFirst = (worker: number) => (worker === 0 ? 3 : 1);

it('those beside the image that takes the worker with it come out; it alone is told that the worker was lost', async () => {
  const { matte, started } = openClient(threeAtFirst);
  const outcomes = await Promise.allSettled(['first', 'poison', 'third'].map((name) => matte(name)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'worker_lost', retryable: true } });
  // All three; the first and then the poison, each alone; the third in one more.
  expect(started).toEqual([3, 2, 1]);
});

it('an image that comes while they are tried alone waits for them', async () => {
  const { matte, started } = openClient(threeAtFirst);
  const lost = ['poison', 'second', 'third'].map((name) => matte(name));
  await expect(lost[0]).rejects.toMatchObject({ code: 'worker_lost' });
  const late = matte('late');
  await expect(Promise.all([lost[1], lost[2], late])).resolves.toHaveLength(3);
  expect(started).toEqual([3, 1, 3]);
});

it('an image that is cancelled before its turn is not tried again', async () => {
  const { matte, started } = openClient(threeAtFirst);
  const abort = new AbortController();
  const [poison, second, third] = [matte('poison'), matte('second'), matte('third', abort.signal)];
  await expect(
    poison.finally(() => {
      abort.abort();
    }),
  ).rejects.toMatchObject({ code: 'worker_lost' });
  await expect(third).rejects.toMatchObject({ code: 'aborted' });
  await expect(second).resolves.toBeDefined();
  expect(started).toEqual([3, 1, 1]);
});
