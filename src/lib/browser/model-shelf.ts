import * as z from 'zod/mini';
import type { ModelSpec } from '#matting/model.ts';
import { findModel, MODELS, needsConsent } from '#models/registry.ts';
import { modelSchema } from '#models/schema.ts';
import { QueueError } from '#queue/errors.ts';
import { isEmbedded } from './default-model.ts';
import { downloadWeights } from './download-weights.ts';
import { sha256Of } from './matting-worker/weights-fault.ts';
import type { ModelState, Models, OwnModel } from './offcut.ts';
import { Observable, type Unsubscribe } from './observable.ts';
import {
  canKeepWeights,
  countParts,
  dropKept,
  keepDescription,
  keepPart,
  keptModels,
  PART_BYTES,
} from './weights-store.ts';

const CHANNEL = 'offcut-models';

const offered = z.object({ models: z.array(z.unknown()) });

/** The models of this device and of its server, for the page. Tabs tell each other what has changed. */
export class ModelShelf implements Omit<Models, 'look'> {
  readonly #states = new Observable<readonly ModelState[]>([]);
  readonly #channel = new BroadcastChannel(CHANNEL);
  /** Received bytes, of downloads that run in this tab. */
  readonly #running = new Map<string, number>();
  #offered: readonly ModelSpec[] = [];

  constructor() {
    this.#channel.onmessage = () => void this.#update();
    void this.#update();
  }

  observe(listener: (models: readonly ModelState[]) => void): Unsubscribe {
    return this.#states.observe(listener);
  }

  /** Asks the server what it has; offline, only what is here is known. */
  async refresh(): Promise<void> {
    this.#offered = await askServer();
    await this.#update();
  }

  async download(id: string, signal: AbortSignal): Promise<void> {
    const model = this.#find(id);
    if (this.#running.has(id)) return;
    this.#running.set(id, (await countParts(model)) * PART_BYTES);
    try {
      await this.#update();
      await downloadWeights(model, {
        signal,
        onProgress: (received) => {
          this.#running.set(id, received);
          this.#states.set(this.#states.value.map((state) => this.#withProgress(state)));
        },
      });
    } catch (cause) {
      throw signal.aborted ? cause : toRefusal(cause);
    } finally {
      this.#running.delete(id);
      await this.#changed();
    }
  }

  async remove(id: string): Promise<void> {
    await dropKept(this.#find(id));
    await this.#changed();
  }

  async add(file: Blob, own: OwnModel): Promise<void> {
    if (!canKeepWeights()) throw noRoom();
    const bytes = await file.arrayBuffer();
    const model = toModel(own, file.size, await sha256Of(bytes));
    const former = (await keptModels()).find(({ id }) => id === model.id);
    try {
      for (let part = 0; part * PART_BYTES < file.size; part++) {
        await keepPart(model, part, file.slice(part * PART_BYTES, (part + 1) * PART_BYTES));
      }
      await keepDescription(model);
    } catch (cause) {
      await dropKept(model);
      throw toRefusal(cause);
    }
    if (former !== undefined && former.sha256 !== model.sha256) await dropKept(former);
    await this.#changed();
  }

  close(): void {
    this.#channel.close();
  }

  #find(id: string): ModelSpec {
    const found = this.#states.value.find(({ spec }) => spec.id === id)?.spec;
    if (found === undefined) throw new QueueError('model_unknown', `There is no model "${id}" here.`);
    return found;
  }

  async #changed(): Promise<void> {
    this.#channel.postMessage('changed');
    await this.#update();
  }

  async #update(): Promise<void> {
    const kept = await keptModels();
    const unknown = (model: ModelSpec) => findModel(model.id) === undefined;
    const own = kept.filter(unknown);
    const servers = this.#offered.filter((model) => unknown(model) && !own.some(({ id }) => id === model.id));
    const states = [...MODELS, ...own, ...servers].map(async (spec) =>
      this.#withProgress({
        spec,
        place: this.#placeOf(spec, kept),
        own: own.includes(spec),
        consent: needsConsent(spec),
        received: Math.min(spec.bytes, (await countParts(spec)) * PART_BYTES),
        running: false,
      }),
    );
    this.#states.set(await Promise.all(states));
  }

  #placeOf(spec: ModelSpec, kept: readonly ModelSpec[]): ModelState['place'] {
    const isHere = ({ sha256 }: ModelSpec) => sha256 === spec.sha256;
    if (isEmbedded(spec)) return 'app';
    if (kept.some(isHere)) return 'device';
    return this.#offered.some(isHere) ? 'server' : 'nowhere';
  }

  #withProgress(state: ModelState): ModelState {
    const received = this.#running.get(state.spec.id);
    return { ...state, received: received ?? state.received, running: received !== undefined };
  }
}

async function askServer(): Promise<readonly ModelSpec[]> {
  try {
    const answer = offered.parse(await (await fetch('/weights', { cache: 'no-store' })).json());
    return answer.models.flatMap((model) => modelSchema.safeParse(model).data ?? []);
  } catch {
    return [];
  }
}

function toModel(own: OwnModel, bytes: number, sha256: string): ModelSpec {
  if (findModel(own.id) !== undefined) {
    throw new QueueError('option_invalid', `There is a model "${own.id}" already. Choose another name.`);
  }
  const parsed = modelSchema.safeParse({
    ...own,
    title: own.id,
    task: 'salient-object',
    file: `${own.id}.onnx`,
    layout: 'nchw',
    outputIndex: 0,
    postprocess: 'min-max',
    sources: [],
    bytes,
    sha256,
    verified: true,
    references: [],
    licence: 'unknown',
    licenceUrl: '',
    commercialUse: false,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new QueueError(
    'option_invalid',
    `The model's ${issue?.path.join('.') ?? 'description'} ${issue?.message ?? 'is invalid'}.`,
  );
}

function toRefusal(cause: unknown): unknown {
  return cause instanceof DOMException && cause.name === 'QuotaExceededError' ? noRoom(cause) : cause;
}

function noRoom(cause?: unknown): QueueError {
  return new QueueError(
    'storage_full',
    'This browser has no room for the model, or keeps files for pages over HTTPS only.',
    { cause },
  );
}
