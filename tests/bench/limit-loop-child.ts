import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { discard } from '#matting/image.ts';
import { DEFAULT_LIMITS } from '#matting/pipeline.ts';
import { preprocess } from '#matting/preprocess.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createSharpCodec } from '../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../server/matting/runtime.ts';
import { readWeights } from '../../server/matting/weights.ts';
import { drawScene } from '../fixtures/draw/scenes.ts';

export type LoopKind = 'network' | 'own' | 'codec';
export type ToLoop =
  | { readonly type: 'open'; readonly kind: LoopKind; readonly file: Uint8Array<ArrayBuffer> }
  | { readonly type: 'run'; readonly count: number };
/** Answers each message; `seconds` of the run, 0 when it was opened. */
export interface FromLoop {
  readonly seconds: number;
}

type One = () => Promise<unknown>;

const { signal } = new AbortController();

async function open(kind: LoopKind, file: Uint8Array<ArrayBuffer>): Promise<One> {
  switch (kind) {
    case 'network':
      return network();
    case 'own':
      return ownNetwork();
    case 'codec':
      return codec(file);
    default:
      return kind satisfies never;
  }
}

const input = () => preprocess(drawScene('portrait').image, DEFAULT_MODEL);

async function network(): Promise<One> {
  const session = await InferenceSession.create(await readWeights(DEFAULT_MODEL), { intraOpNumThreads: 1 });
  const { data, dims } = input();
  const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', data, [...dims]) };
  return () => session.run(feeds, [session.outputNames[0] ?? '']);
}

async function ownNetwork(): Promise<One> {
  const runtime = createOnnxRuntime({ threads: 1 });
  const session = await runtime.load(DEFAULT_MODEL, await readWeights(DEFAULT_MODEL), signal);
  const tensor = input();
  return () => session.run(tensor, signal);
}

function codec(file: Uint8Array<ArrayBuffer>): One {
  sharp.concurrency(1);
  const sharpCodec = createSharpCodec();
  const blob = new Blob([file]);
  return async () => {
    const { image } = await sharpCodec.decode(blob, DEFAULT_LIMITS, signal);
    await sharpCodec.encode(image, { format: 'png' }, signal);
    discard(image.data);
  };
}

let one: One | undefined;

process.on('message', (message: ToLoop) => {
  void answer(message).then((seconds) => process.send?.({ seconds } satisfies FromLoop));
});

async function answer(message: ToLoop): Promise<number> {
  if (message.type === 'open') {
    one = await open(message.kind, message.file);
    // Not measured: the first one allocates.
    await one();
    return 0;
  }
  const began = performance.now();
  for (let n = 0; n < message.count; n += 1) await one?.();
  return (performance.now() - began) / 1000;
}
