/** A file of a multipart form while it comes in. */
export interface IncomingFile {
  /** Name of its form field. */
  readonly field: string;
  /** As the client gave it: any text, not to be trusted. */
  readonly filename: string;
  readonly mediaType: string;
  readonly body: Blob | ReadableStream<Uint8Array>;
}

export interface FormLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  readonly maxFields: number;
  readonly maxFieldBytes: number;
}

export const DEFAULT_FORM_LIMITS: FormLimits = {
  maxFileBytes: 64 * 1024 * 1024,
  maxFiles: 500,
  maxFields: 50,
  maxFieldBytes: 64 * 1024,
};

/**
 * Reads a multipart request: awaits `onFile` for each file in order, and answers the text fields. A host that can
 * streams; `readWholeForm` suits one where the platform has parsed the body anyway.
 * @throws QueueError `request_malformed`, `file_too_large`, `too_many_files`; and whatever `onFile` throws.
 */
export type ReadForm = (
  request: Request,
  onFile: (file: IncomingFile) => Promise<void>,
  limits: FormLimits,
) => Promise<ReadonlyMap<string, string>>;
