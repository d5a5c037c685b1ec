import { expose, transfer } from 'comlink';
import type { ModelSpec } from '#matting/model.ts';
import type { InferenceSession, Tensor } from '#matting/runtime.ts';
import { listenForWay } from '../way.ts';
import type { EngineReport, RuntimeChoice } from './interface.ts';
import type { NetworkWorker } from './network-interface.ts';
import { createWebRuntime, type WebRuntime } from './runtime.ts';
import { carryErrorsWhole } from './transfer.ts';

/** Nobody can abort what they cannot be heard asking for: the matting worker drops the answer instead. */
const { signal: never } = new AbortController();

class Network implements NetworkWorker {
  #runtime: WebRuntime | undefined;
  #session: InferenceSession | undefined;

  async open(choice: RuntimeChoice): Promise<void> {
    this.#runtime = createWebRuntime(choice, listenForWay());
  }

  async load(model: ModelSpec, weights: Uint8Array): Promise<EngineReport> {
    if (this.#runtime === undefined) throw new Error('open() comes before load().');
    this.#session = await this.#runtime.load(model, weights, never);
    const { report } = this.#runtime;
    if (report === undefined) throw new Error('A runtime that has loaded a model has a report.');
    return report;
  }

  async run(input: Tensor): Promise<Tensor> {
    if (this.#session === undefined) throw new Error('load() comes before run().');
    const output = await this.#session.run(input, never);
    return transfer(output, [output.data.buffer]);
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.dispose();
  }
}

carryErrorsWhole();
expose(new Network());
