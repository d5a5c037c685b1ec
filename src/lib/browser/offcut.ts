import type { ModelSpec } from '#matting/model.ts';
import type { JobActionWire, SubmitWire } from '#queue/wire.ts';
import type { ItemEdits, ItemRef } from './edits/item-edits.ts';
import type { Line } from './line.ts';
import type { Unsubscribe } from './observable.ts';
import type { EngineWhy } from './matting-worker/interface.ts';
import type { SubmitOptions } from './submit-options.ts';
import type { StorageDesk } from './storage/interface.ts';
import type { DeviceJob, Sync } from './sync/interface.ts';
import type { ThumbnailOf } from './thumbnails/thumbnails.ts';

/** Where inference runs on this device, and why there: shown to the user as it is. */
export type Engine =
  /** `again`: it had stopped, and the image that it worked on is tried again. */
  | { readonly state: 'starting'; readonly again?: boolean }
  /** `reason`: a sentence, such as "This browser offers no WebGPU adapter." */
  | {
      readonly state: 'ready';
      readonly runtime: 'webgpu' | 'wasm';
      readonly threads: number;
      readonly reason: string;
      readonly why?: EngineWhy;
    }
  /** Another tab leads: it does the work for all of them. */
  | { readonly state: 'elsewhere' }
  | { readonly state: 'failed'; readonly code: string; readonly message: string };

/** Why not, for pages in other languages than the reason's. */
export type OfflineWhy = 'development' | 'insecure' | 'forbidden' | 'unreachable' | 'incomplete';

/** What works without a network. */
export type Offline =
  /** The first visit is still storing the app, runtime and model. Fractions are 0 to 1. */
  | { readonly state: 'storing'; readonly fraction: number }
  | { readonly state: 'ready' }
  /** A newer version waits; `apply` reloads into it. */
  | { readonly state: 'update'; readonly apply: () => void }
  /** `reason`: a sentence that says why the app will not work offline here, and what still works. */
  | { readonly state: 'unavailable'; readonly reason: string; readonly why?: OfflineWhy };

/** What an image under work is at. */
export interface Progress {
  readonly jobId: string;
  readonly index: number;
  readonly stage: string;
  /** How far along, 0 to 1, judged by stages done. */
  readonly fraction: number;
}

export interface JobsUpdate {
  readonly changed: readonly DeviceJob[];
  readonly removed: readonly string[];
}

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
  /** None are told before somebody looks. */
  observe(listener: (models: readonly ModelState[]) => void): Unsubscribe;
  /** From now on those of this device are observed. */
  look(): Promise<void>;
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
  /** To be said again and again while much is submitted: inference leaves a core to that, in whichever tab it runs. */
  makeWay(): void;
  cancel(jobId: string): Promise<JobActionWire>;
  retry(jobId: string): Promise<JobActionWire>;
  remove(jobId: string): Promise<void>;

  /** The image as it came in; `undefined` when its job is gone. */
  input(jobId: string, index: number): Promise<Blob | undefined>;
  result(jobId: string, index: number): Promise<Blob>;
  /** These images as one zip, as `exportItem` gives them, streamed as it is read; those that are gone are skipped. */
  zip(items: readonly ItemRef[], onEach?: () => void): Promise<ReadableStream<Uint8Array>>;

  /** First all jobs there are, newest first, then every change, from whichever tab. */
  observeJobs(listener: (update: JobsUpdate) => void): Unsubscribe;
  observeProgress(listener: (progress: Progress) => void): Unsubscribe;
  observeEngine(listener: (engine: Engine) => void): Unsubscribe;
  observeOffline(listener: (offline: Offline) => void): Unsubscribe;

  /** A small rendering for a card: with its edits, if it has any. Undefined when the picture is gone. */
  thumbnail(of: ThumbnailOf, signal: AbortSignal): Promise<Blob | undefined>;
  /** A picture as PNG, for the clipboard. */
  toPng(picture: Blob): Promise<Blob>;

  readonly line: Line;
  readonly models: Models;
  readonly edits: ItemEdits;
  readonly storage: StorageDesk;
  readonly sync: Sync;

  close(): Promise<void>;
}
