/** The shapes of the contract: inferred from its schemas, which themselves stay out of the client's bundle. */
import type { JobOptions } from '../queue/options.ts';

export type { QueueErrorCode } from '../queue/errors.ts';
export type { JobOptions } from '../queue/options.ts';
export type {
  DeletedWire,
  HealthWire,
  JobActionWire,
  JobListWire,
  JobWire,
  ModelsWire,
  ModelWire,
  OrderWire,
  PauseWire,
  ProblemWire,
  ResultWire,
  StatsWire,
  SubmitWire,
} from '../queue/wire.ts';

/** An image to send: a `File` brings its name along, a `Blob` may be given one. */
export type Image = Blob | { readonly blob: Blob; readonly name: string };

export interface Cancellable {
  /** Ends the call, which then throws the signal's `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** What becomes of the images; the server has a default for each. */
export type CutoutOptions = { readonly [Name in keyof JobOptions]?: JobOptions[Name] | undefined } & {
  readonly model?: string | undefined;
  /** The picture behind the subject, for `background: 'image'`. */
  readonly background_image?: Blob | undefined;
};

export type SubmitOptions = CutoutOptions &
  Cancellable & {
    /** 0 to 9; higher goes first. */
    readonly priority?: number | undefined;
    /** Called by the server when the job is over. */
    readonly webhook_url?: string | undefined;
    /** Ids of finished uploads (docs/api.md, Large files) with commas between them: images behind the others. */
    readonly uploads?: string | undefined;
    /** The same key with the same images answers the first job, so that a submission may be repeated. */
    readonly idempotencyKey?: string | undefined;
  };

export interface ListOptions extends Cancellable {
  readonly status?: string | undefined;
  /** 1 to 100; 20 without it. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** A finished image, not read yet: take `stream` or `blob()`, once. */
export interface ResultFile {
  /** The image's own name with the ending of its new format. */
  readonly filename: string;
  /** Media type. */
  readonly type: string;
  readonly stream: ReadableStream<Uint8Array>;
  readonly blob: () => Promise<Blob>;
}
