import type { ServerAddress, ServerModel } from './interface.ts';

/* What the page and the worker for sync say to each other. The page imports this file and never the worker's source. */

export type ProbeOutcome =
  | { readonly kind: 'ok'; readonly models: readonly ServerModel[] }
  | { readonly kind: 'failed'; readonly code: string; readonly status: number; readonly message: string };

export type InputOutcome =
  | { readonly kind: 'kept' }
  | { readonly kind: 'failed'; readonly code: string; readonly status: number; readonly message: string };

/** The one worker that talks to the server. */
export interface SyncWorker {
  /** Asks a server whether it is one, and whether it lets this key in. */
  probe(address: ServerAddress): Promise<ProbeOutcome>;
  /** Keeps a photo of another device here. */
  fetchInput(jobId: string, index: number): Promise<InputOutcome>;
  /** Syncs until the worker is ended, or the server does not let us in. Tells of it on the tabs' channel. */
  run(): Promise<void>;
}
