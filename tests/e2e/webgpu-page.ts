/** Runs in the page of webgpu.test.ts: the app's own client and worker, with the tiny network. */
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import { MattingClient, type EngineState } from '../../src/lib/browser/matting-worker/client.ts';
import { TINY_MODEL, tinyModelWeights } from '../fixtures/tiny-model.ts';

export interface Outcome {
  readonly engine: EngineState | undefined;
  /** Grey values of the mask's first row. */
  readonly mask: number[];
}

/** The mask of a picture that gets brighter from left to right. */
export async function brightnessMask(prefer: 'auto' | 'webgpu' | 'wasm'): Promise<Outcome> {
  let engine: EngineState | undefined;
  const client = new MattingClient({
    startWorker: () =>
      new Worker(new URL('../../src/lib/browser/matting-worker/matting.worker.ts', import.meta.url), {
        type: 'module',
      }),
    choice: { prefer },
    onEngine: (state) => (engine = state),
  });
  const model = { spec: TINY_MODEL, weightsUrl: URL.createObjectURL(new Blob([tinyModelWeights()])) };
  const options = { ...DEFAULT_OPTIONS, output: 'mask' } as const;
  const { signal } = new AbortController();
  const { blob } = await client.matte(await gradient(), options, model, { signal, onStage: () => undefined });
  client.close();
  return { engine, mask: await firstRow(blob) };
}

async function gradient(): Promise<Blob> {
  const { canvas, context } = canvasOf(320, 320);
  const paint = context.createLinearGradient(0, 0, 320, 0);
  paint.addColorStop(0, '#000');
  paint.addColorStop(1, '#fff');
  context.fillStyle = paint;
  context.fillRect(0, 0, 320, 320);
  return canvas.convertToBlob();
}

async function firstRow(blob: Blob): Promise<number[]> {
  const bitmap = await createImageBitmap(blob);
  const { context } = canvasOf(bitmap.width, 1);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, 1);
  return [...data].filter((_, i) => i % 4 === 0);
}

function canvasOf(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  return { canvas, context };
}
