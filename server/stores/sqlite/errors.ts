import { QueueError } from '#queue/errors.ts';

/** The queue's database cannot be opened. The message names the file, the cause and the remedy. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  readonly code: 'store_not_a_database' | 'store_too_new' | 'store_unusable' | 'store_no_room';
  readonly file: string;

  constructor(code: StoreOpenError['code'], message: string, options: { file: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.file = options.file;
  }
}

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
export const SQLITE_BUSY = 5;
export const SQLITE_IOERR = 10;
export const SQLITE_FULL = 13;
export const SQLITE_NOTADB = 26;

/** The primary result code of an error that SQLite raised, else `undefined`. */
export function sqliteCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number')
    return undefined;
  return cause.errcode & 0xff;
}

/** A full disk as the refusal that a client can understand; anything else as it is. */
export function asRefusal(cause: unknown): unknown {
  if (sqliteCode(cause) !== SQLITE_FULL) return cause;
  return new QueueError(
    'storage_full',
    'The disk that holds the queue is full, so nothing was stored. Free some space on the server, then try again.',
    { cause },
  );
}
