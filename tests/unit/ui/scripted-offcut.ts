import type { RoomLevel, StorageReport } from '../../../src/lib/browser/storage/interface.ts';
import type { DeviceJob, SendProgress, SyncStatus } from '../../../src/lib/browser/sync/interface.ts';
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
  #jobs = new Listeners<{ changed: readonly DeviceJob[]; removed: readonly string[] }>();
  #progress = new Listeners<Progress>();
  #engine = new Listeners<Engine>();
  #offline = new Listeners<Offline>();
  #room = new Listeners<RoomLevel>();
  #paused = new Listeners<boolean>();
  #server = new Listeners<SyncStatus>();
  #sending = new Listeners<SendProgress>();
  report: StorageReport = {
    ...{ level: 'plenty', persisted: false, usage: 60e6, quota: 10e9, app: 2e6, runtime: 14e6 },
    models: [{ id: 'u2netp', title: 'U²-Net small', bytes: 4.6e6, kind: 'app' }],
    ...{ photos: 30e6, results: 9e6, edits: 0, jobs: 2, finished: { jobIds: ['a'], bytes: 20e6 } },
  };

  show(...changed: DeviceJob[]): void {
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

  makeWay(): void {
    this.calls.push('make way');
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

  zip(): Promise<ReadableStream<Uint8Array>> {
    return Promise.resolve(new Blob(['zip']).stream());
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

  /** As if they were small. */
  async thumbnail({ jobId, kind }: Parameters<Offcut['thumbnail']>[0]): Promise<Blob | undefined> {
    return (kind === 'input' ? this.inputs : this.results).get(jobId);
  }

  async toPng(picture: Blob): Promise<Blob> {
    return picture;
  }

  tellPaused(paused: boolean): void {
    this.#paused.tell(paused);
  }

  readonly line: Offcut['line'] = {
    pause: async () => void this.calls.push('pause'),
    resume: async () => void this.calls.push('resume'),
    reorder: async (jobIds) => void this.calls.push(`reorder ${jobIds.join(' ')}`),
    observe: (listener) => this.#paused.add(listener),
  };

  readonly models: Offcut['models'] = {
    observe: (listener) => {
      listener([]);
      return () => undefined;
    },
    look: async () => undefined,
    refresh: async () => undefined,
    download: async (id) => void this.calls.push(`download ${id}`),
    remove: async (id) => void this.calls.push(`remove model ${id}`),
    add: async (_file, { id }) => void this.calls.push(`add ${id}`),
  };

  /** Nothing is edited, nor can it be; what is exported is the result. What the editor does is specified end to end. */
  readonly edits: Offcut['edits'] = {
    get: async () => undefined,
    obstacle: async () => 'painted',
    formats: async () => ['png'],
    observe: (listener) => {
      listener(new Map());
      return () => undefined;
    },
    exportItem: async ({ jobId }) => ({ blob: await this.result(jobId), name: `${jobId}.png` }),
  } as Partial<Offcut['edits']> as Offcut['edits'];

  tellServer(status: SyncStatus): void {
    this.#server.tell(status);
  }

  tellSending(progress: SendProgress): void {
    this.#sending.tell(progress);
  }

  readonly sync: Offcut['sync'] = {
    observe: (listener) => {
      listener({ state: 'off' });
      return this.#server.add(listener);
    },
    observeSending: (listener) => this.#sending.add(listener),
    connect: async ({ url }) => {
      this.calls.push(`connect ${url}`);
      if (this.refusal) throw this.refusal;
    },
    disconnect: async () => void this.calls.push('disconnect'),
    syncNow: () => void this.calls.push('sync now'),
    defaultPlace: async () => 'auto',
    setDefaultPlace: async (choice) => void this.calls.push(`place ${choice}`),
    resolve: async () => 'server',
    explainAuto: async () => 'weak-device',
    models: async () => [],
    move: async (jobId, to) => void this.calls.push(`move ${jobId} to ${to}`),
    fetchResults: async (jobId) => void this.calls.push(`fetch ${jobId}`),
  };

  readonly storage: Offcut['storage'] = {
    observe: (listener) => {
      listener('plenty');
      return this.#room.add(listener);
    },
    measure: async () => this.report,
    persist: async () => true,
    removeModel: async (id) => void this.calls.push(`drop ${id}`),
    exportLibrary: async () => new Blob(['library']).stream(),
    importLibrary: async () => ({ added: 1, known: 2 }),
  };

  tellRoom(level: RoomLevel): void {
    this.#room.tell(level);
  }

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
