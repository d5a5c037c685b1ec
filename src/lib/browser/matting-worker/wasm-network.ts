import { throwIfAborted, toMattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import { compileNetwork } from '#matting/network/program.ts';
import { Network, type Part } from '#matting/network/threads.ts';
import type { InferenceSession } from '#matting/runtime.ts';
import { macrotask } from '../macrotask.ts';

/**
 * A network of plain convolutions, as U²-Net and its small variant are, on kernels of our own: a third of the
 * time of onnxruntime-web, whose 14 MB are not loaded then. `undefined` for other networks, for those that take images of any
 * size, and where a page may not share memory with its workers. While it `makesWay` a run leaves one core to others.
 */
export async function openNetwork(
  model: ModelSpec,
  weights: Uint8Array,
  threads: number,
  makesWay: () => boolean,
): Promise<InferenceSession | undefined> {
  if (!crossOriginIsolated || model.keepsAspect) return undefined;
  const compiled = compileNetwork(weights, model);
  const network = compiled && open(compiled, threads);
  if (network === undefined) return undefined;
  const parts = network.partsOfOthers();
  const helpers = parts.map(startHelper);
  const stop = () => {
    for (const helper of helpers) helper.terminate();
  };
  try {
    await Promise.all(helpers.map((helper, i) => isReady(helper, parts[i])));
  } catch {
    stop();
    return undefined;
  }
  return {
    async run(input, signal) {
      await macrotask();
      throwIfAborted(signal);
      try {
        return network.run(input, makesWay() ? Math.max(1, threads - 1) : threads);
      } catch (cause) {
        throw toMattingError(
          cause,
          'runtime_failed',
          `The model ${model.id} failed on this image; try it again.`,
        );
      }
    },
    async dispose() {
      stop();
    },
  };
}

function open(...compiled: Parameters<typeof Network.open>): Network | undefined {
  try {
    return Network.open(...compiled);
  } catch (cause) {
    // Not enough memory in one piece; onnxruntime may need less.
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

function startHelper(): Worker {
  return new Worker(new URL('./network-thread.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-network-thread',
  });
}

/** It has its part of the network, and waits for the first run. */
function isReady(helper: Worker, part: Part): Promise<void> {
  return new Promise((resolve, reject) => {
    helper.onmessage = () => resolve();
    helper.onerror = ({ message }) => reject(new Error(message));
    helper.postMessage(part);
  });
}
