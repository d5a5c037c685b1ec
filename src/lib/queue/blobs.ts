/** Names the bytes of one item, or of a job. `attempt` keeps two attempts at one item from writing over each other. */
export type BlobKey =
  | { readonly jobId: string; readonly index: number; readonly kind: 'input' }
  /** The picture behind all subjects of a job. */
  | { readonly jobId: string; readonly kind: 'background' }
  | { readonly jobId: string; readonly index: number; readonly kind: 'result'; readonly attempt: number }
  /** A run of bytes of an upload that comes in piece by piece. Uploads have ids as jobs have. */
  | { readonly jobId: string; readonly kind: 'piece'; readonly name: string };

/** A key as a relative path of safe characters; ids are made by us, never by a client. */
export function blobPath(key: BlobKey): string {
  if (key.kind === 'background') return `${key.jobId}/background`;
  if (key.kind === 'piece') return `${key.jobId}/${key.name}.piece`;
  const stem = `${key.jobId}/${String(key.index)}`;
  return key.kind === 'input' ? `${stem}.input` : `${stem}.result-${String(key.attempt)}`;
}

/** Where the bytes of inputs and results are kept. */
export interface BlobStore {
  /**
   * Writes `body` whole and durably before it resolves; a failed or aborted write leaves nothing behind.
   * @throws QueueError `file_too_large` past `maxBytes`, `storage_full` when there is no room.
   */
  put(
    key: BlobKey,
    body: Blob | ReadableStream<Uint8Array>,
    options: { mediaType: string; maxBytes?: number; signal?: AbortSignal },
  ): Promise<{ bytes: number }>;

  /** A web `Blob`, whose bytes need not be in memory. What clients are told of its type comes from the item. */
  get(key: BlobKey): Promise<Blob | undefined>;

  remove(key: BlobKey): Promise<void>;

  /** Removes all that belongs to a job; nothing there is no error. */
  removeJob(jobId: string): Promise<void>;

  /** Ids of all jobs that have bytes here, whose newest bytes were written before `before`. */
  jobsWrittenBefore(before: number): AsyncIterable<string>;
}
