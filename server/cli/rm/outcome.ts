/** One image to be cut out, and the file that it becomes. Paths as the user wrote them, or relative to the same. */
export interface Task {
  readonly input: string;
  readonly output: string;
}

/** What became of an image; `--json` prints exactly this. */
export type Outcome = Task &
  (
    | {
        readonly status: 'completed';
        readonly width: number;
        readonly height: number;
        readonly bytes: number;
        readonly milliseconds: number;
        readonly warnings: readonly { readonly code: string; readonly message: string }[];
      }
    /** The output is there already, whole and newer than its image. */
    | { readonly status: 'skipped' }
    | { readonly status: 'failed'; readonly error: { readonly code: string; readonly message: string } }
  );

/** An image that cannot be done, with a sentence that says why. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly code:
    'output_exists' | 'output_is_input' | 'file_unreadable' | 'storage_failed' | 'internal_error';

  constructor(code: TaskError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
