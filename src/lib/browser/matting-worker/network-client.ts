import { transfer } from 'comlink';
import { MattingError, throwIfAborted } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { InferenceSession, Tensor } from '#matting/runtime.ts';
import { untilLost } from '../until-lost.ts';
import { runWorker, type RunningWorker } from '../worker-lifecycle.ts';
import type { EngineReport, RuntimeChoice } from './interface.ts';
import type { NetworkWorker } from './network-interface.ts';
import type { WebRuntime } from './runtime.ts';

/**
 * The matting worker's side of the worker of the network, as the runtime that it has. It ends with the matting worker,
 * which is replaced as a whole when this one dies.
 */
export function createRemoteRuntime(choice: RuntimeChoice): WebRuntime {
  const network = runWorker<NetworkWorker>(startWorker(), died);
  const opened = network.remote.open(choice);
  opened.catch(() => undefined);
  let report: EngineReport | undefined;

  async function load(model: ModelSpec, weights: Uint8Array, signal: AbortSignal): Promise<InferenceSession> {
    throwIfAborted(signal);
    report = await answerOf(network, async ({ load }) => {
      await opened;
      return load(model, transfer(weights, [weights.buffer]));
    });
    throwIfAborted(signal);
    return sessionOf(network);
  }

  return {
    load,
    get report() {
      return report;
    },
    name: 'in a worker of its own',
  };
}

function sessionOf(network: RunningWorker<NetworkWorker>): InferenceSession {
  return {
    async run(input, signal): Promise<Tensor> {
      throwIfAborted(signal);
      const output = await answerOf(network, ({ run }) => run(transfer(input, [input.data.buffer])));
      throwIfAborted(signal);
      return output;
    },
    dispose: () => answerOf(network, ({ dispose }) => dispose()),
  };
}

/** Or the reason why there will be none. */
function answerOf<T>(
  { remote, lost }: RunningWorker<NetworkWorker>,
  ask: (remote: RunningWorker<NetworkWorker>['remote']) => Promise<T>,
): Promise<T> {
  return untilLost(ask(remote), lost);
}

function died(why: string, cause: unknown): MattingError {
  return new MattingError('runtime_failed', `The inference runtime stopped (${why}); try again.`, { cause });
}

function startWorker(): Worker {
  return new Worker(new URL('./network.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-network',
  });
}
