import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_LIMITS, type Cutout } from '#matting/pipeline.ts';
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createBrowserCodec } from '../../../src/lib/browser/matting-worker/codec.ts';
import {
  MattingClient,
  type EngineState,
  type MattingClientSettings,
} from '../../../src/lib/browser/matting-worker/client.ts';
import {
  WORK_STAGES,
  type ModelAtUrl,
  type WorkStage,
} from '../../../src/lib/browser/matting-worker/interface.ts';
import { locateModel } from '../../../src/lib/browser/locate-model.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';

const scenes = import.meta.glob<string>('../../fixtures/reference/{scenes,scene-masks}/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function fixture(folder: 'scenes' | 'scene-masks', name: string): Promise<Blob> {
  return (await fetch(scenes[`../../fixtures/reference/${folder}/${name}.png`])).blob();
}

/** 6 megapixels: each stage takes longer than a message to the worker. */
async function largeImage(): Promise<Blob> {
  const canvas = new OffscreenCanvas(3000, 2000);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('There is no 2D canvas.');
  context.fillStyle = 'tomato';
  context.fillRect(800, 400, 1400, 1200);
  return canvas.convertToBlob({ type: 'image/jpeg' });
}

const startWorker = () =>
  new Worker(new URL('../../../src/lib/browser/matting-worker/matting.worker.ts', import.meta.url), {
    type: 'module',
  });

const tiny = (): ModelAtUrl => ({
  spec: TINY_MODEL,
  weightsUrl: URL.createObjectURL(new Blob([tinyModelWeights()])),
});

/** A client whose workers are counted and, at the end, all terminated. */
function openClient(
  settings: Partial<Omit<MattingClientSettings, 'silentSeconds'>> = {},
  patience = () => 60,
) {
  const engines: EngineState[] = [];
  const start = vi.fn(settings.startWorker ?? startWorker);
  const client = new MattingClient({
    choice: { prefer: 'wasm' },
    onEngine: (engine) => engines.push(engine),
    ...settings,
    startWorker: start,
    get silentSeconds() {
      return patience();
    },
  });
  clients.push(client);
  return { client, engines, start };
}

const clients: MattingClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const control = () => ({ signal: new AbortController().signal, onStage: vi.fn() });

async function greys(blob: Blob): Promise<Uint8ClampedArray> {
  const { image } = await createBrowserCodec().decode(blob, DEFAULT_LIMITS, new AbortController().signal);
  return image.data.filter((_, i) => i % 4 === 0);
}

describe('the real model on WebAssembly', () => {
  const options = { ...DEFAULT_OPTIONS, output: 'mask' } as const;

  it('finds in each scene what the server finds', { timeout: 180_000 }, async () => {
    const { client, engines } = openClient();
    for (const name of ['portrait', 'furball', 'dim', 'one-column']) {
      const scene = await fixture('scenes', name);
      const { blob } = await client.matte(scene, options, await locateModel(DEFAULT_MODEL.id), control());
      const [ours, theirs] = await Promise.all([greys(blob), fixture('scene-masks', name).then(greys)]);
      expect(ours.length, name).toBe(theirs.length);
      const sum = ours.reduce((total, value, i) => total + Math.abs(value - theirs[i]), 0);
      // The masks are rembg's, from which the server's differ by less than 0.01 (mask-equals-rembg.test.ts): 1 in all.
      expect(sum / ours.length, name).toBeLessThan(0.99);
    }
    expect(engines.at(-1)).toMatchObject({ state: 'ready', runtime: 'wasm' });
  });
});

describe('a task', () => {
  let image: Blob;
  beforeEach(async () => {
    image = await fixture('scenes', 'small');
  });

  it('is heard of at every stage, in order', async () => {
    const { client } = openClient();
    const heard = control();
    await client.matte(image, DEFAULT_OPTIONS, tiny(), heard);
    const stages = heard.onStage.mock.calls.map(([stage]: unknown[]) => stage);
    expect(stages).toEqual(['load', 'decode', 'preprocess', 'infer', 'postprocess', 'compose', 'encode']);
  });

  it.each(['decode', 'preprocess', 'infer', 'compose'] as const)(
    'that is aborted at %s stops soon after; the next needs neither a new worker nor the model again',
    async (at) => {
      const { client, start } = openClient();
      const model = tiny();
      await client.warmUp(model);
      URL.revokeObjectURL(model.weightsUrl);
      const abort = new AbortController();
      const stages: WorkStage[] = [];
      const task = client.matte(await largeImage(), DEFAULT_OPTIONS, model, {
        signal: abort.signal,
        onStage: (stage) => {
          stages.push(stage);
          if (stage === at) abort.abort();
        },
      });
      await expect(task).rejects.toMatchObject({ code: 'aborted' });
      // The message to the worker takes its time: a stage or two may begin before it is heard.
      const after = WORK_STAGES.slice(WORK_STAGES.indexOf(at));
      expect(after.slice(0, 3)).toContain(stages.at(-1));
      await expect(client.matte(image, DEFAULT_OPTIONS, model, control())).resolves.toBeDefined();
      expect(start).toHaveBeenCalledOnce();
    },
  );

  it('is decoded while the one before it is under way', async () => {
    const { client } = openClient();
    const model = tiny();
    await client.warmUp(model);
    const heard: string[] = [];
    const matte = async (name: string, input: Blob) =>
      client.matte(input, DEFAULT_OPTIONS, model, {
        signal: new AbortController().signal,
        onStage: (stage) => heard.push(`${name} ${stage}`),
      });
    await Promise.all([matte('first', await largeImage()), matte('second', image)]);
    expect(heard.indexOf('second decode')).toBeLessThan(heard.indexOf('first encode'));
  });

  it('of another model waits for those before it, and comes out', { timeout: 60_000 }, async () => {
    const { client } = openClient();
    const works = [tiny(), await locateModel(DEFAULT_MODEL.id), tiny()].map((model) =>
      client.matte(image, DEFAULT_OPTIONS, model, control()),
    );
    await expect(Promise.all(works)).resolves.toHaveLength(3);
  });

  it('fails alone when its image is at fault', async () => {
    const { client, start } = openClient();
    const text = new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']);
    const task = client.matte(text, DEFAULT_OPTIONS, tiny(), control());
    await expect(task).rejects.toMatchObject({ code: 'image_unsupported', retryable: false });
    await expect(client.matte(image, DEFAULT_OPTIONS, tiny(), control())).resolves.toBeDefined();
    expect(start).toHaveBeenCalledOnce();
  });
});

describe('a model', () => {
  it('that cannot be fetched is tried again with the next task', async () => {
    const { client, engines } = openClient();
    const image = await fixture('scenes', 'small');
    const missing = { spec: TINY_MODEL, weightsUrl: 'blob:gone' };
    const first = client.matte(image, DEFAULT_OPTIONS, missing, control());
    await expect(first).rejects.toMatchObject({ code: 'model_unavailable', retryable: true });
    expect(engines.at(-1)).toMatchObject({ state: 'failed', code: 'model_unavailable' });
    await expect(client.matte(image, DEFAULT_OPTIONS, tiny(), control())).resolves.toBeDefined();
    expect(engines.at(-1)).toMatchObject({ state: 'ready' });
  });

  it('whose bytes are not those of its entry is refused', async () => {
    const { client } = openClient();
    const weights = tinyModelWeights();
    weights[weights.length - 1] ^= 1;
    const forged = { spec: TINY_MODEL, weightsUrl: URL.createObjectURL(new Blob([weights])) };
    const task = client.matte(await fixture('scenes', 'small'), DEFAULT_OPTIONS, forged, control());
    await expect(task).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/sha256/) as string,
    });
  });
});

describe('a worker', () => {
  const script = (code: string) =>
    new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));

  /** The first worker is a bad one, the others are real. */
  function openWithBadFirst(code: string) {
    let started = 0;
    const startOne = () => (++started === 1 ? script(code) : startWorker());
    // Only the bad one may be judged in a hurry: this machine may be busy.
    return openClient({ startWorker: startOne }, () => (started === 1 ? 2 : 60));
  }

  async function expectLostThenFine(code: string): Promise<void> {
    const { client, start } = openWithBadFirst(code);
    const image = await fixture('scenes', 'small');
    const lost: Promise<Cutout> = client.matte(image, DEFAULT_OPTIONS, tiny(), control());
    await expect(lost).rejects.toMatchObject({ code: 'worker_lost', retryable: true });
    await expect(client.matte(image, DEFAULT_OPTIONS, tiny(), control())).resolves.toBeDefined();
    expect(start).toHaveBeenCalledTimes(2);
  }

  it('that gives no sign of life is replaced', async () => {
    await expectLostThenFine('for (;;);');
  });

  it('that dies of an error is replaced', async () => {
    await expectLostThenFine('onmessage = () => { throw new Error("out of memory"); }');
  });
});
