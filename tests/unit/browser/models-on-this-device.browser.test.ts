import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelSpec } from '#matting/model.ts';
import { downloadWeights } from '../../../src/lib/browser/download-weights.ts';
import { sha256Of } from '../../../src/lib/browser/matting-worker/weights-fault.ts';
import { ModelShelf } from '../../../src/lib/browser/model-shelf.ts';
import { locateModel } from '../../../src/lib/browser/locate-model.ts';
import { listModels } from '../../../src/lib/browser/models.ts';
import { countParts, PART_BYTES, readKept } from '../../../src/lib/browser/weights-store.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';

const BYTES = 2 * PART_BYTES + 1000;
const weights = Uint8Array.from({ length: BYTES }, (_, i) => (i * 7919) >> 3);
let model: ModelSpec;

const forget = () => caches.delete('offcut-weights');
beforeEach(async () => {
  await forget();
  model = { ...TINY_MODEL, bytes: BYTES, sha256: await sha256Of(weights) };
});
afterEach(async () => {
  vi.restoreAllMocks();
  await forget();
});

/** The network: from where it is asked, in pieces, up to the byte where it breaks. */
function network(bytes: Uint8Array<ArrayBuffer>, breaksAt = Infinity): string[] {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_url, init) => {
    const range = new Headers(init?.headers).get('range') ?? 'all';
    asked.push(range);
    let at = Number(/\d+/.exec(range)?.[0] ?? 0);
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= breaksAt) controller.error(new TypeError('network error'));
        else if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, (at += 300_000)));
      },
    });
    return new Response(body, { status: range === 'all' ? 200 : 206 });
  });
  return asked;
}

const control = () => ({
  signal: new AbortController().signal,
  onProgress: vi.fn<(bytes: number) => void>(),
});

describe('a download', () => {
  it('is kept whole, and works without a network from then on', async () => {
    network(weights);
    const heard = control();
    await downloadWeights(model, heard);
    expect(heard.onProgress).toHaveBeenLastCalledWith(BYTES);
    expect(new Uint8Array(await (await readKept(model)).arrayBuffer())).toEqual(weights);
    expect(await listModels()).toContainEqual(expect.objectContaining({ id: 'tiny', installed: true }));
    expect((await locateModel('tiny')).spec).toEqual(model);
  });

  it('that broke off goes on from its last whole part', async () => {
    network(weights, PART_BYTES + 500_000);
    await expect(downloadWeights(model, control())).rejects.toThrow('goes on from there');
    expect(await countParts(model)).toBe(1);
    expect(await listModels()).not.toContainEqual(expect.objectContaining({ id: 'tiny' }));
    vi.restoreAllMocks();
    const asked = network(weights);
    await downloadWeights(model, control());
    expect(asked).toEqual([`bytes=${String(PART_BYTES)}-`]);
    expect((await readKept(model)).size).toBe(BYTES);
  });

  it('of other bytes is dropped', async () => {
    network(weights.with(5, 1));
    await expect(downloadWeights(model, control())).rejects.toThrow(/came damaged: it has sha256/);
    expect(await countParts(model)).toBe(0);
  });

  it('of a model that the server lacks names the command that gets it', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 404 }));
    const task = downloadWeights(model, control());
    await expect(task).rejects.toMatchObject({
      code: 'model_not_installed',
      message: expect.stringContaining('npx offcut models pull tiny') as string,
    });
  });
});

describe('a model of the user’s own', () => {
  const own = {
    id: 'mine',
    inputSize: { width: 320, height: 320 },
    scale: 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;

  it('is kept under its name until it is deleted', async () => {
    const shelf = new ModelShelf();
    await shelf.add(new Blob([tinyModelWeights()]), own);
    const find = () =>
      vi.waitFor(() => {
        let found;
        shelf.observe((models) => (found = models.find(({ spec }) => spec.id === 'mine')))();
        return found;
      });
    expect(await find()).toMatchObject({ place: 'device', own: true, spec: { bytes: 143 } });
    await shelf.remove('mine');
    expect(await find()).toBeUndefined();
    expect(await countParts({ ...TINY_MODEL })).toBe(0);
    shelf.close();
  });

  it.each([
    ['a name that is taken', { id: 'u2netp' }],
    ['a name that is none', { id: 'My model!' }],
    ['a deviation of zero', { std: [0, 1, 1] as const }],
  ])('is refused with %s', async (_what, change) => {
    const shelf = new ModelShelf();
    await expect(shelf.add(new Blob(['x']), { ...own, ...change })).rejects.toMatchObject({
      code: 'option_invalid',
    });
    shelf.close();
  });
});
