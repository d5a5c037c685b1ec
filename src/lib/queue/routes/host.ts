import type { ClientQueue } from '../client-queue.ts';
import type { FormLimits, ReadForm } from '../form.ts';
import type { Queue } from '../queue.ts';
import type { UploadedFiles } from '../uploaded.ts';
import type { ModelWire } from '../wire.ts';

/** What the routes need of the host that mounts them. */
export interface RoutesHost {
  readonly queue: Queue;
  /** The queue as the sender of a request may use it. */
  readonly clientOf: (request: Request) => ClientQueue;
  readonly version: string;
  readonly readForm: ReadForm;
  readonly formLimits: FormLimits;
  /** @param request what asks for one of them: the host may have others for other requests */
  readonly models: (request?: Request) => Promise<readonly ModelWire[]>;
  /** The model that runs where none is named, when it is certain to be installed; else `models` says. */
  readonly usualModel?: string | undefined;
  /** A sentence that says how to get a model that is known here and not installed. */
  readonly installHint: (id: string) => Promise<string>;
  /** Names that submissions may ask for, and the model that runs then. */
  readonly modelAliases?: ReadonlyMap<string, string>;
  /** Files that came in piece by piece; absent where none do. */
  readonly uploads?: UploadedFiles;
  /** Throws the QueueError for a webhook that is not to be called; absent where none ever is. */
  readonly acceptWebhook?: (url: string, request: Request) => void;
  /** Throws the QueueError for a sender who may not pause everybody's work; absent where everyone may. */
  readonly requireOperator?: (request: Request) => void;
  readonly worker: () => Promise<{ running: boolean; maxConcurrent: number }>;
  /** How long the synchronous routes wait for a result. */
  readonly syncTimeoutSeconds: number;
  /** Aborts when the host shuts down: streams end, and who waits for a result is sent away. */
  readonly closing?: AbortSignal;
  /** Told of every error that is ours, before the client gets its 500. */
  readonly onError: (cause: unknown, request: Request) => void;
}
