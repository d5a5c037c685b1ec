import { OffcutError } from './errors.ts';
import type { ProblemWire } from './types.ts';

export interface ClientSettings {
  /** Such as `http://127.0.0.1:5000`; without it, the page's own origin. */
  readonly baseUrl?: string | undefined;
  /** Instead of the global one. */
  readonly fetch?: ((input: string, init?: RequestInit) => Promise<Response>) | undefined;
  /** For a server that wants one: `offcut_…`. Keep it out of pages that strangers can read. */
  readonly apiKey?: string | undefined;
  /** Sent with every request, such as what a reverse proxy asks for. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Which fields of an answer are looked at, and their `typeof`: enough to tell our server from another. */
export type Shape = Readonly<Record<string, 'string' | 'number' | 'object' | 'boolean'>>;

export interface Http {
  /**
   * The answer of `path` if its status is a good one; its body is the caller's to read.
   * @throws OffcutError, or the signal's reason
   */
  open(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON answer of `path`. @throws OffcutError, or the signal's reason */
  json<T>(path: string, shape: Shape, init?: RequestInit): Promise<T>;
}

export function createHttp({ baseUrl = '', fetch: given, apiKey, headers: further }: ClientSettings): Http {
  const headers = { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...further };
  const base = baseUrl.replace(/\/+$/, '');
  // Looked up at each call: `fetch` may be replaced later, and must not be called as our method.
  const send = given ?? ((url: string, init?: RequestInit) => fetch(url, init));

  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    // Not every `fetch` that is handed in looks at the signal.
    init.signal?.throwIfAborted();
    let response: Response;
    try {
      response = await send(base + path, { ...init, headers: { ...headers, ...toRecord(init.headers) } });
    } catch (cause) {
      init.signal?.throwIfAborted();
      throw new OffcutError('unreachable', 0, `No server answers at ${base || path} (${reason(cause)}).`, {
        cause,
      });
    }
    if (response.ok) return response;
    throw await refusal(response);
  }

  async function json<T>(path: string, shape: Shape, init: RequestInit = {}): Promise<T> {
    const response = await open(path, init);
    const answer: unknown = await response.json().catch(() => init.signal?.throwIfAborted());
    if (hasShape(answer, shape)) return answer as T;
    throw new OffcutError(
      'answer_invalid',
      response.status,
      `${base || path} does not answer as an Offcut server does. Is the address right?`,
    );
  }

  return { open, json };
}

function toRecord(headers: RequestInit['headers']): Record<string, string> {
  const record: Record<string, string> = {};
  new Headers(headers).forEach((value, name) => (record[name] = value));
  return record;
}

export function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([name, type]) => typeof fields[name] === type);
}

async function refusal(response: Response): Promise<OffcutError> {
  const { status, statusText } = response;
  const retryAfter = response.headers.get('retry-after') ?? '';
  const retryAfterSeconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  const answer: unknown = await response.json().catch(() => undefined);
  if (!hasShape(answer, { code: 'string', detail: 'string' })) {
    return new OffcutError(
      'answer_invalid',
      status,
      `The server answered ${`${status} ${statusText}`.trim()}.`,
      { retryAfterSeconds },
    );
  }
  const problem = answer as ProblemWire;
  return new OffcutError(problem.code, status, problem.detail, { problem, retryAfterSeconds });
}

/** `fetch` says only that it failed; in Node its cause says why. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
