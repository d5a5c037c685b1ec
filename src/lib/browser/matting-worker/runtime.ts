import type * as Ort from 'onnxruntime-web/wasm';
import { MattingError, throwIfAborted, toMattingError } from '#matting/errors.ts';
import { withFeatures } from '#matting/features/features.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { InferenceRuntime, InferenceSession, Tensor } from '#matting/runtime.ts';
import { findAdapter } from './adapter.ts';
import type { EngineReport, EngineWhy, RuntimeChoice, RuntimeKind } from './interface.ts';
import { macrotask } from '../macrotask.ts';
import { openNetwork } from './wasm-network.ts';

/** More threads than this gain nothing for images of one at a time, and heat phones. */
const MAX_THREADS = 4;

/** `InferenceRuntime` that also says where the last model it loaded runs. */
export interface WebRuntime extends InferenceRuntime {
  readonly report: EngineReport | undefined;
}

/**
 * onnxruntime-web on WebGPU when the choice and the machine allow it, else WebAssembly: kernels of our own for networks
 * that they know, onnxruntime-web for all others. WebGPU has to prove itself in a
 * run before a model counts as loaded; when it fails there, WebAssembly takes over and the report says why.
 */
export function createWebRuntime(choice: RuntimeChoice, makesWay: () => boolean): WebRuntime {
  let report: EngineReport | undefined;

  async function load(model: ModelSpec, given: Uint8Array, signal: AbortSignal): Promise<InferenceSession> {
    throwIfAborted(signal);
    const weights = withFeatures(given, model);
    const plan = await choose(choice);
    if (plan.kind === 'webgpu') {
      try {
        const session = await openProven(model, weights, signal);
        report = { runtime: 'webgpu', threads: 1, reason: plan.reason, why: plan.why };
        return session;
      } catch (cause) {
        throwIfAborted(signal);
        plan.reason = `WebGPU failed on this device (${messageOf(cause)}).`;
        plan.why = 'gpu-failed';
      }
    }
    const threads = threadsHere();
    const session =
      (await openNetwork(model, weights, threads, makesWay)) ?? (await open('wasm', threads, model, weights));
    report = {
      runtime: 'wasm',
      threads,
      reason: `${plan.reason} Using WebAssembly on ${threadsText(threads)}.`,
      why: plan.why,
    };
    return session;
  }

  return {
    load,
    get report() {
      return report;
    },
    get name() {
      return report === undefined ? 'not chosen yet' : `${report.runtime} (${threadsText(report.threads)})`;
    },
  };
}

interface Plan {
  readonly kind: RuntimeKind;
  reason: string;
  why: EngineWhy;
}

/** `reason` of wasm is the first half of a sentence pair; that of webgpu is whole. */
async function choose({ prefer, because, why = 'gpu-off' }: RuntimeChoice): Promise<Plan> {
  if (prefer === 'wasm') return { kind: 'wasm', why, reason: because ?? 'WebGPU is switched off.' };
  const found = await findAdapter();
  if (found.kind === 'none') return { kind: 'wasm', why: 'no-gpu', reason: found.why };
  const forced = prefer === 'webgpu';
  if (found.kind === 'software' && !forced) {
    const reason = `WebGPU is only emulated in software here (${found.name}).`;
    return { kind: 'wasm', why: 'software-gpu', reason };
  }
  const cause = forced ? (because ?? 'it was asked for') : 'the fastest that this device has';
  return { kind: 'webgpu', why: 'gpu', reason: `Using WebGPU on ${found.name}: ${cause}.` };
}

function threadsHere(): number {
  return crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1;
}

function threadsText(threads: number): string {
  return threads === 1 ? 'one thread' : `${String(threads)} threads`;
}

/** On WebGPU a session may open and yet no run succeed; a run on zeros also compiles the shaders. */
async function openProven(
  model: ModelSpec,
  weights: Uint8Array,
  signal: AbortSignal,
): Promise<InferenceSession> {
  const session = await open('webgpu', 1, model, weights);
  try {
    const { width, height } = model.inputSize;
    const dims = [1, 3, height, width];
    await session.run({ data: new Float32Array(3 * height * width), dims }, signal);
    return session;
  } catch (cause) {
    await session.dispose();
    throw cause;
  }
}

/** Each build of onnxruntime-web is a chunk of its own, with its own .wasm: a device loads only the one it runs. */
async function importOrt(kind: RuntimeKind): Promise<typeof Ort> {
  return kind === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm');
}

async function open(
  kind: RuntimeKind,
  threads: number,
  model: ModelSpec,
  weights: Uint8Array,
): Promise<InferenceSession> {
  const ort = await importOrt(kind).catch((cause: unknown) => {
    throw toMattingError(
      cause,
      'runtime_failed',
      'The inference runtime could not be loaded. Connect to the network once, so that it can be stored.',
    );
  });
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  try {
    const session = await ort.InferenceSession.create(weights, {
      executionProviders: [kind],
      graphOptimizationLevel: 'all',
      // Threads that wait leave their core to the codecs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return adapt(ort, model, session);
  } catch (cause) {
    throw toMattingError(cause, 'runtime_failed', `The model ${model.id} could not be started on ${kind}.`);
  }
}

function adapt(ort: typeof Ort, model: ModelSpec, session: Ort.InferenceSession): InferenceSession {
  const inputName = session.inputNames[0];
  const outputName = session.outputNames[model.outputIndex];
  if (inputName === undefined || outputName === undefined) {
    throw new MattingError(
      'model_invalid',
      `The model ${model.id} has ${String(session.outputNames.length)} outputs; its entry names output ${String(model.outputIndex)}.`,
    );
  }
  return {
    async run(input, signal) {
      await macrotask();
      throwIfAborted(signal);
      const output = await runOnce(ort, model, session, input, inputName, outputName);
      await macrotask();
      return output;
    },
    dispose: () => session.release(),
  };
}

async function runOnce(
  ort: typeof Ort,
  model: ModelSpec,
  session: Ort.InferenceSession,
  input: Tensor,
  inputName: string,
  outputName: string,
): Promise<Tensor> {
  try {
    const feeds = { [inputName]: new ort.Tensor('float32', input.data, [...input.dims]) };
    const output = (await session.run(feeds, [outputName]))[outputName];
    const data = output === undefined ? undefined : await output.getData();
    if (output === undefined || !(data instanceof Float32Array)) {
      throw new TypeError(`its output is ${output?.type ?? 'missing'}, not float32`);
    }
    return { data, dims: output.dims };
  } catch (cause) {
    throw toMattingError(
      cause,
      'runtime_failed',
      `The model ${model.id} failed on this image; try it again.`,
    );
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
