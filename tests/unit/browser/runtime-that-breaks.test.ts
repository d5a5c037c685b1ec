import { expose } from 'comlink';
import { afterEach, expect, it } from 'vitest';
import { MattingError } from '#matting/errors.ts';
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import { MattingClient, type EngineState } from '../../../src/lib/browser/matting-worker/client.ts';
import type {
  MattingWorker,
  RuntimeChoice,
  RuntimeKind,
} from '../../../src/lib/browser/matting-worker/interface.ts';
import { TINY_MODEL } from '../../fixtures/tiny-model.ts';

/*
 * A graphics driver that resets takes WebGPU with it, in the midst of a session that has worked. No driver can be made
 * to do so here: the worker's other end is played, behind a real channel.
 */

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Runs on what it is told to, WebGPU when it may choose; there every image fails. */
function workerWhoseGpuResets(choices: RuntimeChoice[]): Worker {
  let runtime: RuntimeKind = 'webgpu';
  const service: MattingWorker = {
    open: async (choice) => {
      choices.push(choice);
      runtime = choice.prefer === 'wasm' ? 'wasm' : 'webgpu';
    },
    load: async () => ({ runtime, threads: 1, reason: runtime }),
    matte: async () => {
      if (runtime === 'webgpu') throw new MattingError('runtime_failed', 'The device was lost.');
      return { blob: new Blob(['cutout']), width: 1, height: 1, warnings: [] };
    },
    abort: async () => undefined,
  };
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(service, port1);
  return Object.assign(port2, { terminate: () => undefined }) as unknown as Worker;
}

it('on WebGPU fails its image retryably, and the next try runs on WebAssembly and says why', async () => {
  const choices: RuntimeChoice[] = [];
  const engines: EngineState[] = [];
  const client = new MattingClient({
    startWorker: () => workerWhoseGpuResets(choices),
    choice: { prefer: 'auto' },
    onEngine: (engine) => engines.push(engine),
  });
  const model = { spec: TINY_MODEL, weightsUrl: 'https://offcut.example/tiny.onnx' };
  const matte = () =>
    client.matte(new Blob(['photo']), DEFAULT_OPTIONS, model, {
      signal: new AbortController().signal,
      onStage: () => undefined,
    });
  await expect(matte()).rejects.toMatchObject({ code: 'runtime_failed', retryable: true });
  await expect(matte()).resolves.toMatchObject({ width: 1 });
  expect(choices).toEqual([
    { prefer: 'auto' },
    { prefer: 'wasm', because: expect.stringMatching(/device was lost/) as string, why: 'gpu-failed' },
  ]);
  expect(engines.at(-1)).toMatchObject({ state: 'ready', runtime: 'wasm' });
  client.close();
});
