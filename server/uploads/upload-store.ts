/** A run of bytes that came in, and the name that it is kept under. */
export interface Piece {
  readonly name: string;
  readonly bytes: number;
}

/** A file that comes in piece by piece. Times are milliseconds since the epoch. */
export interface Upload {
  readonly id: string;
  readonly tenant: string;
  /** `Upload-Metadata`, as the client sent it; empty for none. */
  readonly metadata: string;
  /** Bytes of the whole file. */
  readonly length: number;
  /** Bytes that are kept; so many of the file's first ones. */
  readonly received: number;
  /** In order, without gaps. */
  readonly pieces: readonly Piece[];
  readonly expiresAt: number;
  /** The job that was made of it; its bytes are there then, and not here any more. */
  readonly usedBy: string | null;
}

/** What uploads hold that are in no job: their whole length, also of what has not come yet. */
export interface UploadUsage {
  readonly uploads: number;
  readonly bytes: number;
}

/**
 * Where it is kept how far uploads are. Every method is one atomic, durable transaction, safe against other processes
 * on the same storage; the bytes are in the blob store.
 */
export interface UploadStore {
  /** Adds it, unless there is one of this id: that one stays as it is. */
  add(upload: Upload): Promise<void>;

  find(id: string): Promise<Upload | undefined>;

  /**
   * Notes further pieces of an upload that stands where `upload` says and is in no job. False when it does not (any
   * more): someone else went on with it.
   */
  append(upload: Upload, pieces: readonly Piece[], expiresAt: number): Promise<boolean>;

  /** Notes the job that was made of these, and that their bytes are not here any more. */
  use(ids: readonly string[], jobId: string): Promise<void>;

  /** Nothing there is no error. */
  remove(id: string): Promise<void>;

  usage(tenant?: string): Promise<UploadUsage>;

  /** Ids of at most `limit` that expired before `before`. */
  expired(before: number, limit: number): Promise<string[]>;

  close(): Promise<void>;
}

/** How the upload stands once `pieces` have come. */
export function grown(
  { pieces, received }: Upload,
  more: readonly Piece[],
): Pick<Upload, 'pieces' | 'received'> {
  return {
    pieces: [...pieces, ...more],
    received: more.reduce((sum, { bytes }) => sum + bytes, received),
  };
}
