import * as ort from 'onnxruntime-node';
import { MattingError, throwIfAborted, toMattingError } from '#matting/errors.ts';
import { withFeatures } from '#matting/features/features.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { InferenceRuntime, InferenceSession, Tensor } from '#matting/runtime.ts';
import { tuneGraph } from './graph/tune.ts';

export interface OnnxRuntimeOptions {
  /** Threads of one run; 0 lets onnxruntime take one for each physical core. */
  readonly threads: number;
}

/**
 * onnxruntime's CPU provider. A run occupies the calling thread until it is over, so it belongs in a process or
 * thread that has nothing else to answer.
 */
export function createOnnxRuntime({ threads }: OnnxRuntimeOptions): InferenceRuntime {
  return {
    name: threads === 0 ? 'cpu' : `cpu (${threads} ${threads === 1 ? 'thread' : 'threads'})`,
    async load(model, given, signal) {
      throwIfAborted(signal);
      const weights = withFeatures(given, model);
      const tuned = tunedHere(model, weights);
      const session = await createSession(model, tuned ?? weights, {
        threads,
        // The only 8 bits in a tuned network are weights, to be made numbers once.
        extra: tuned === undefined ? {} : { disable_quant_qdq: '1' },
      });
      return openSession(model, session, tuned === undefined ? model.outputIndex : 0);
    },
  };
}

/** As `tuneGraph`, where onnxruntime has the layout that this is for, and the network sees one size. */
function tunedHere(model: ModelSpec, weights: Uint8Array): Uint8Array | undefined {
  return process.arch === 'x64' && !model.keepsAspect ? tuneGraph(weights, model) : undefined;
}

async function createSession(
  model: ModelSpec,
  weights: Uint8Array,
  { threads, extra }: OnnxRuntimeOptions & { readonly extra: object },
) {
  try {
    return await ort.InferenceSession.create(weights, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Planned allocation costs a process 200 MB more (640 instead of 435) and saves no time at a fixed input size.
      enableMemPattern: false,
      // Without its own arena a run takes its tensors from malloc, whose gaps between them the next image's small
      // allocations nibble at: with images in hand side by side, a process grew from 350 to 750 MB.
      enableCpuMemArena: true,
      // Idle threads would spin on cores that decoding and encoding need: a tenth of the CPU time of a run.
      extra: { session: { intra_op: { allow_spinning: '0' }, ...extra } },
    });
  } catch (cause) {
    throw toMattingError(
      cause,
      'model_invalid',
      `The weights of ${model.id} (${weights.byteLength} bytes) could not be loaded; run the set-up again.`,
    );
  }
}

function openSession(model: ModelSpec, session: ort.InferenceSession, outputIndex: number): InferenceSession {
  const inputName = session.inputNames[0];
  const outputName = session.outputNames.at(outputIndex);
  if (outputName === undefined) {
    throw new MattingError(
      'model_invalid',
      `The model ${model.id} has ${session.outputNames.length} outputs; its entry names output ${model.outputIndex}.`,
    );
  }
  return {
    async run(input, signal) {
      throwIfAborted(signal);
      return runOnce(model, session, inputName, outputName, input);
    },
    dispose: () => session.release(),
  };
}

async function runOnce(
  model: ModelSpec,
  session: ort.InferenceSession,
  inputName: string,
  outputName: string,
  input: Tensor,
): Promise<Tensor> {
  try {
    const feeds = { [inputName]: new ort.Tensor('float32', input.data, [...input.dims]) };
    // Only the output that is used: the network's others would each be copied out.
    const output = (await session.run(feeds, [outputName]))[outputName];
    if (output.data instanceof Float32Array) return { data: output.data, dims: output.dims };
    throw new TypeError(`its output is ${output.type}, not float32`);
  } catch (cause) {
    throw toMattingError(
      cause,
      'runtime_failed',
      `The model ${model.id} failed on this image; try it again.`,
    );
  }
}
