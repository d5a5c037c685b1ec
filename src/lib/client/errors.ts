import type { ProblemWire, QueueErrorCode } from './types.ts';

/** What goes wrong on this side of the wire; everything else is a code of the server. */
export type ClientErrorCode =
  /** No answer came: no server, no network, or a connection that broke. `status` is 0. */
  | 'unreachable'
  /** The answer is none of the contract's. Is the address right? */
  | 'answer_invalid';

/** Codes that this version knows complete in an editor; a newer server may send others. */
export type OffcutErrorCode = QueueErrorCode | ClientErrorCode | (string & {});

/**
 * The only error that the client throws, but for the `reason` of an `AbortSignal` that fired. `message` and `detail`
 * are one sentence for a person; `code` and `status` are for programs.
 */
export class OffcutError extends Error {
  override readonly name = 'OffcutError';
  readonly code: OffcutErrorCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The whole problem document (RFC 9457), with what the server added to it; undefined when it sent none. */
  readonly problem: ProblemWire | undefined;
  /** After so many seconds it may be worth another try, says the server (`Retry-After`). */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: OffcutErrorCode,
    status: number,
    detail: string,
    about: {
      problem?: ProblemWire | undefined;
      cause?: unknown;
      retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(detail, { cause: about.cause });
    this.code = code;
    this.status = status;
    this.problem = about.problem;
    this.retryAfterSeconds = about.retryAfterSeconds;
  }

  get detail(): string {
    return this.message;
  }
}
