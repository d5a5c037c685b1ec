import type { FormLimits, ReadForm } from '../form.ts';
import type { Queue } from '../queue.ts';
import type { ModelWire } from '../wire.ts';

/** What the routes need of the host that mounts them. */
export interface RoutesHost {
  readonly queue: Queue;
  readonly version: string;
  readonly readForm: ReadForm;
  readonly formLimits: FormLimits;
  readonly models: () => Promise<readonly ModelWire[]>;
  /** A sentence that says how to get a model that is known here and not installed. */
  readonly installHint: (id: string) => Promise<string>;
  /** Names that submissions may ask for, and the model that runs then. */
  readonly modelAliases?: ReadonlyMap<string, string>;
  readonly worker: () => Promise<{ running: boolean; maxConcurrent: number }>;
  /** How long the synchronous routes wait for a result. */
  readonly syncTimeoutSeconds: number;
  /** Aborts when the host shuts down: streams end, and who waits for a result is sent away. */
  readonly closing?: AbortSignal;
  /** Told of every error that is ours, before the client gets its 500. */
  readonly onError: (cause: unknown, request: Request) => void;
}
