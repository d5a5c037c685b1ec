import type { ModelSpec } from '#matting/model.ts';
import type { JobOptions } from '#queue/options.ts';
import type { JobActionWire, JobWire, SubmitWire } from '#queue/wire.ts';

/** Where inference runs on this device, and why there: shown to the user as it is. */
export type Engine =
  | { readonly state: 'starting' }
  /** `reason`: a sentence, such as "This browser offers no WebGPU adapter." */
  | {
      readonly state: 'ready';
      readonly runtime: 'webgpu' | 'wasm';
      readonly threads: number;
      readonly reason: string;
    }
  /** Another tab leads: it does the work for all of them. */
  | { readonly state: 'elsewhere' }
  | { readonly state: 'failed'; readonly code: string; readonly message: string };

/** What works without a network. */
export type Offline =
  /** The first visit is still storing the app, runtime and model. Fractions are 0 to 1. */
  | { readonly state: 'storing'; readonly fraction: number }
  | { readonly state: 'ready' }
  /** A newer version waits; `apply` reloads into it. */
  | { readonly state: 'update'; readonly apply: () => void }
  /** `reason`: a sentence that says why the app will not work offline here, and what still works. */
  | { readonly state: 'unavailable'; readonly reason: string };

/** Options of a submission, and the picture that `background: 'image'` needs. */
export type SubmitOptions = Partial<JobOptions> & {
  readonly background_image?: Blob;
  /** Without one the default model works. */
  readonly model?: string;
};

/** What an image under work is at. */
export interface Progress {
  readonly jobId: string;
  readonly index: number;
  readonly stage: string;
  /** How far along, 0 to 1, judged by stages done. */
  readonly fraction: number;
}

export interface JobsUpdate {
  readonly changed: readonly JobWire[];
  readonly removed: readonly string[];
}

export type Unsubscribe = () => void;

/** A model, and where its weights are. */
export interface ModelState {
  readonly spec: ModelSpec;
  /** `app`: part of it. `device`: kept here. `server`: can be downloaded. `nowhere`: not even there. */
  readonly place: 'app' | 'device' | 'server' | 'nowhere';
  /** Whether someone has to agree to its licence before it is downloaded. */
  readonly consent: boolean;
  /** Added by the user on this device. */
  readonly own: boolean;
  /** Bytes that are here of a download that runs or was interrupted. */
  readonly received: number;
  readonly running: boolean;
}

/** What a user has to say of a model of their own. */
export type OwnModel = Pick<ModelSpec, 'id' | 'inputSize' | 'scale' | 'mean' | 'std'>;

/** The models that this device knows and keeps. */
export interface Models {
  observe(listener: (models: readonly ModelState[]) => void): Unsubscribe;
  /** Asks the server which ones it has. */
  refresh(): Promise<void>;
  /** Goes on where an earlier download stopped; progress is observed. Rejects with the signal's reason when aborted. */
  download(id: string, signal: AbortSignal): Promise<void>;
  remove(id: string): Promise<void>;
  add(file: Blob, own: OwnModel): Promise<void>;
}

/**
 * Offcut on this device, as the page sees it. Changes go through the contract's routes, which the page answers itself:
 * nothing is handed to `fetch`, so no image can leave the device, whatever becomes of the service worker (which answers
 * the same routes for scripts that do fetch). Every method rejects with a `QueueError` whose message can be shown.
 */
export interface Offcut {
  submit(file: Blob, name: string, options?: SubmitOptions): Promise<SubmitWire>;
  cancel(jobId: string): Promise<JobActionWire>;
  retry(jobId: string): Promise<JobActionWire>;
  remove(jobId: string): Promise<void>;

  /** The image as it came in; `undefined` when its job is gone. */
  input(jobId: string, index: number): Promise<Blob | undefined>;
  result(jobId: string, index: number): Promise<Blob>;
  /** All finished results of these jobs as one zip, streamed as it is read. */
  zip(jobIds: readonly string[]): ReadableStream<Uint8Array>;

  /** First all jobs there are, newest first, then every change, from whichever tab. */
  observeJobs(listener: (update: JobsUpdate) => void): Unsubscribe;
  observeProgress(listener: (progress: Progress) => void): Unsubscribe;
  observeEngine(listener: (engine: Engine) => void): Unsubscribe;
  observeOffline(listener: (offline: Offline) => void): Unsubscribe;

  readonly models: Models;

  close(): Promise<void>;
}
