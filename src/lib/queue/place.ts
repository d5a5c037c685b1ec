/*
 * Where a job runs, for a host that may hand jobs to another one. Only a browser does; on a server no job has a place.
 * The rules are in src/lib/sync and docs/sync.md.
 */

/** What the server last said of one image. */
export interface SeenItem {
  readonly filename: string;
  readonly status: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What the server last said of a job. */
export interface SeenJob {
  /** Grows with every retry: names what a cancel or a retry is about. */
  readonly run: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly items: readonly SeenItem[];
}

/** How far a job has come on its way to the server. */
export type Delivery =
  /** Never tried: the server cannot know of it. */
  | { readonly state: 'unsent' }
  /** Tried, without an answer: the server may have it. */
  | { readonly state: 'sending' }
  /** The server has it, and calls it `remoteId`. `doubted`: while its whole feed is read anew, until it is seen there. */
  | { readonly state: 'accepted'; readonly remoteId: string; readonly doubted?: boolean | undefined }
  /** The server does not take it as it is; a retry sends it again. */
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

/**
 * What the user wants of it and the server has not confirmed. `run`: of the server's job, when the user said so. `sent`:
 * a request may have arrived.
 */
export type Wish =
  /** `orNext`: a retry may be under way, and what it starts is meant as well. */
  | { readonly kind: 'cancel'; readonly run: number; readonly orNext: boolean; readonly sent: boolean }
  | { readonly kind: 'retry'; readonly run: number; readonly sent: boolean };

/** A job of which the server has never heard. */
export const UNSENT_PLACE: ServerPlace = {
  on: 'server',
  origin: 'here',
  delivery: { state: 'unsent' },
  wish: null,
  seen: null,
};

/** A job that runs on the server. */
export interface ServerPlace {
  readonly on: 'server';
  /** `elsewhere`: another device of the same key made it, and its images are not here. */
  readonly origin: 'here' | 'elsewhere';
  readonly delivery: Delivery;
  readonly wish: Wish | null;
  /** Null until the server has told of it. */
  readonly seen: SeenJob | null;
  /** Images whose results the server announced and does not have. */
  readonly lost?: readonly number[] | undefined;
  /** `held`: its results are too much for this device, unless somebody asks for them (`asked`). */
  readonly results?: 'held' | 'asked' | undefined;
}
