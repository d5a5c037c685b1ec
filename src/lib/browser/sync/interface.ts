import type { JobWire } from '#queue/wire.ts';
import type { JobOptions } from '#queue/options.ts';
import type { AutoWhy } from '#sync/auto.ts';
import type { Unsubscribe } from '../observable.ts';

/*
 * Sync as the page, and whoever sends images, see it. The rules are in docs/sync.md. With no server connected, nothing
 * behind this is loaded and nothing is sent.
 */

/** Where the user wants jobs to run. `auto` decides each time: see `choosePlace` in src/lib/sync/auto.ts. */
export const PLACE_CHOICES = ['device', 'server', 'auto'] as const;
export type PlaceChoice = (typeof PLACE_CHOICES)[number];

/** Where to find a server. */
export interface ServerAddress {
  /** Such as `https://offcut.example.com`; empty for the one that this page came from. */
  readonly url: string;
  /** `offcut_…`; empty for a server without keys. Kept in IndexedDB, sent in a header only, never shown again. */
  readonly apiKey: string;
}

/** How things stand with the server; a new listener hears it at once. */
export type SyncStatus =
  /** No server is connected. Nothing leaves the device. */
  | { readonly state: 'off' }
  /** The server is being asked for the first time since this page was opened. */
  | (Connected & { readonly state: 'connecting' })
  /** All is well. `busy`: something is being exchanged right now. */
  | (Connected & { readonly state: 'online'; readonly busy: boolean })
  /** It does not answer; tried again at `retryAt` (milliseconds since the epoch), or sooner when the network is back. */
  | (Connected & { readonly state: 'offline'; readonly message: string; readonly retryAt: number })
  /** It says no to this key (revoked, wrong, or none and one is needed). Nothing is tried until `connect` is called. */
  | (Connected & { readonly state: 'refused'; readonly code: string; readonly message: string });

export interface Connected {
  /** As it was entered; empty for this page's own. */
  readonly url: string;
  readonly hasKey: boolean;
  /** Jobs and wishes (cancel, retry, delete) that wait to be sent. */
  readonly outbox: number;
  /** Finished images on their way here, or waiting for it. */
  readonly incoming: number;
  /** When the server last told all that there is; milliseconds since the epoch, null before the first time. */
  readonly syncedAt: number | null;
}

/** A model that the connected server has installed; known offline too, as of the last contact. */
export interface ServerModel {
  readonly id: string;
  readonly title: string;
  readonly default: boolean;
}

/** Where a job runs, for its badge. Absent from a job of this device. */
export type PlaceView = { readonly on: 'server'; readonly from: 'this device' | 'another device' } &
  /** In the outbox. */
  (
    | { readonly stage: 'waiting' }
    /** `fraction`: of its bytes, 0 to 1. Told only while it is sent; the row itself says `waiting`. */
    | { readonly stage: 'sending'; readonly fraction: number }
    /** The server does not take it; `message` says why and what to do. Its images have failed with the same words. */
    | { readonly stage: 'refused'; readonly code: string; readonly message: string }
    /** The server has it and it is not over. */
    | { readonly stage: 'accepted' }
    /** Over on the server; `remaining` results are not here yet. `held`: too much for this device unless asked for (`fetchResults`). */
    | { readonly stage: 'receiving'; readonly remaining: number; readonly held: boolean }
    /** Over, and all its results are here. */
    | { readonly stage: 'done' }
  );

/** A job as `observeJobs` tells of it: as GET /queue/job/{id} has it, and where it runs. */
export interface DeviceJob extends JobWire {
  readonly place?: PlaceView | undefined;
}

/** How much of a job's images has been sent. */
export interface SendProgress {
  readonly jobId: string;
  /** 0 to 1. */
  readonly fraction: number;
}

/** `offcut.sync`. Methods reject with a QueueError or OffcutError whose message can be shown. */
export interface Sync {
  observe(listener: (status: SyncStatus) => void): Unsubscribe;
  observeSending(listener: (progress: SendProgress) => void): Unsubscribe;

  /**
   * Asks the server whether it is one and takes the key, then keeps both and begins. Replaces another connection as
   * `disconnect` and `connect` would.
   * @throws OffcutError `unreachable` (also when its CORS setting or a content security policy forbids it),
   *   `answer_invalid`, `key_missing`, `key_invalid`
   */
  connect(server: ServerAddress): Promise<void>;
  /**
   * Forgets server and key. Finished jobs stay; what was not sent runs on this device; what the server was working on
   * has failed here and can be retried, which runs it on this device. The server keeps what it has.
   */
  disconnect(): Promise<void>;
  /** Tries now instead of after the pause. */
  syncNow(): void;

  /** Of new jobs that say nothing themselves; `device` before any is set. Kept on this device. */
  defaultPlace(): Promise<PlaceChoice>;
  setDefaultPlace(choice: PlaceChoice): Promise<void>;
  /** Where a new job with these options would run now: what `auto` would decide. */
  resolve(choice: PlaceChoice, model?: string): Promise<'device' | 'server'>;
  /** Why `auto` would decide as it does now: for the page to say. */
  explainAuto(model?: string): Promise<AutoWhy>;
  /** Empty while no server is connected. */
  models(): Promise<readonly ServerModel[]>;

  /**
   * Has a job that is still waiting run elsewhere. To the device: while it was never sent. To the server: while the
   * device has not begun it.
   * @throws QueueError `job_over` when it is too late
   */
  move(jobId: string, to: 'device' | 'server'): Promise<void>;
  /** Fetches the results of a job that are not here yet, however large. Resolves when they are asked for. */
  fetchResults(jobId: string): Promise<void>;
}

/** One image that is to be sent. */
export interface OutgoingFile {
  readonly name: string;
  readonly blob: Blob;
}

/** A job as it is sent. The same job is the same, byte for byte, each time that it is sent. */
export interface OutgoingJob {
  /** The job's id on this device, a UUID: sent as `Idempotency-Key`, so that a second sending makes no second job. */
  readonly idempotencyKey: string;
  readonly files: readonly OutgoingFile[];
  readonly background: Blob | undefined;
  readonly model: string;
  readonly options: JobOptions;
  readonly priority: number;
}

/** How requests reach the server: settings for `createClient` of #client, with all that a request needs set already. */
export interface ServerLink {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly fetch: (input: string, init?: RequestInit) => Promise<Response>;
  /** To be sent with every request: the service worker lets pass to the network what has it. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends a job. Called again, in another page perhaps, when it did not end well: it may go on where it stopped, and keeps
 * nothing here for that (an id that derives from `idempotencyKey` lets the server tell how far it has got).
 * Resolves when the server has accepted the job.
 * @throws OffcutError as the client does, or the signal's reason
 */
export type SendJob = (
  link: ServerLink,
  job: OutgoingJob,
  control: { readonly signal: AbortSignal; readonly onFraction: (fraction: number) => void },
) => Promise<{ readonly remoteId: string }>;
