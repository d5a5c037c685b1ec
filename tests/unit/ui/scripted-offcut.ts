import type { JobWire } from '#queue/wire.ts';
import type { Engine, Offcut, Offline, Progress } from '../../../src/lib/browser/offcut.ts';

/**
 * The facade as a script: shows the page what a real device shows only when something breaks or at a moment that no
 * test can hold, such as a full disk or one stage of one image. What really happens on a device is specified by the
 * end-to-end tests.
 */
export class ScriptedOffcut implements Offcut {
  readonly calls: string[] = [];
  readonly inputs = new Map<string, Blob>();
  readonly results = new Map<string, Blob>();
  refusal: Error | undefined;
  /** Submissions wait for it. */
  accepting: Promise<void> = Promise.resolve();
  #jobs = new Listeners<{ changed: readonly JobWire[]; removed: readonly string[] }>();
  #progress = new Listeners<Progress>();
  #engine = new Listeners<Engine>();
  #offline = new Listeners<Offline>();

  show(...changed: JobWire[]): void {
    this.#jobs.tell({ changed, removed: [] });
  }

  tellProgress(progress: Progress): void {
    this.#progress.tell(progress);
  }

  tellEngine(engine: Engine): void {
    this.#engine.tell(engine);
  }

  tellOffline(offline: Offline): void {
    this.#offline.tell(offline);
  }

  async submit(_file: Blob, name: string): ReturnType<Offcut['submit']> {
    this.calls.push(`submit ${name}`);
    await this.accepting;
    if (this.refusal) throw this.refusal;
    const [job_id, message] = [crypto.randomUUID(), 'Queued.'];
    return { job_id, status: 'queued', job_type: 'single', files_count: 1, model: 'u2netp', message };
  }

  async cancel(job_id: string): ReturnType<Offcut['cancel']> {
    this.calls.push(`cancel ${job_id}`);
    return { job_id, status: 'cancelled', message: 'Cancelled.' };
  }

  async retry(job_id: string): ReturnType<Offcut['retry']> {
    this.calls.push(`retry ${job_id}`);
    return { job_id, status: 'pending', message: 'Queued again.' };
  }

  async remove(jobId: string): Promise<void> {
    this.calls.push(`remove ${jobId}`);
    this.#jobs.tell({ changed: [], removed: [jobId] });
  }

  async input(jobId: string): Promise<Blob | undefined> {
    return this.inputs.get(jobId);
  }

  async result(jobId: string): Promise<Blob> {
    const blob = this.results.get(jobId);
    if (!blob) throw new Error('The result is gone.');
    return blob;
  }

  zip(): ReadableStream<Uint8Array> {
    return new Blob(['zip']).stream();
  }

  observeJobs(listener: Parameters<Offcut['observeJobs']>[0]) {
    listener({ changed: [], removed: [] });
    return this.#jobs.add(listener);
  }

  observeProgress(listener: Parameters<Offcut['observeProgress']>[0]) {
    return this.#progress.add(listener);
  }

  observeEngine(listener: Parameters<Offcut['observeEngine']>[0]) {
    return this.#engine.add(listener);
  }

  observeOffline(listener: Parameters<Offcut['observeOffline']>[0]) {
    return this.#offline.add(listener);
  }

  readonly models: Offcut['models'] = {
    observe: (listener) => {
      listener([]);
      return () => undefined;
    },
    refresh: async () => undefined,
    download: async (id) => void this.calls.push(`download ${id}`),
    remove: async (id) => void this.calls.push(`remove model ${id}`),
    add: async (_file, { id }) => void this.calls.push(`add ${id}`),
  };

  async close(): Promise<void> {
    this.calls.push('close');
  }
}

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of this.#all) listener(value);
  }
}
