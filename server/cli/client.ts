import type { z } from 'zod';
import {
  jobActionWire,
  jobListWire,
  jobWire,
  problemWire,
  statsWire,
  submitWire,
  type JobActionWire,
  type JobListWire,
  type JobWire,
  type StatsWire,
  type SubmitWire,
} from '#queue/wire.ts';
import { DEFAULT_SERVER } from './command.ts';
import { CliError, EXIT } from './errors.ts';

/** The REST contract (docs/api.md) of one server. Every method throws CliError only. */
export class Client {
  readonly #base: string;

  /** @param server `--server`, else OFFCUT_SERVER, else the default */
  constructor(server: string | undefined) {
    const given = server ?? (process.env.OFFCUT_SERVER || DEFAULT_SERVER);
    const url = URL.parse(given.includes('://') ? given : `http://${given}`);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new CliError(EXIT.usage, `"${given}" is no server address. Use one such as ${DEFAULT_SERVER}.`);
    }
    this.#base = url.href.replace(/\/$/, '');
  }

  submit(form: FormData, idempotencyKey: string): Promise<SubmitWire> {
    const headers = { 'idempotency-key': idempotencyKey };
    return this.#json('/queue/submit', submitWire, { method: 'POST', body: form, headers });
  }

  job(id: string): Promise<JobWire> {
    return this.#json(`/queue/job/${id}`, jobWire);
  }

  jobs(query: { status?: string; limit?: string; cursor?: string }): Promise<JobListWire> {
    return this.#json(`/queue/jobs?${new URLSearchParams(query).toString()}`, jobListWire);
  }

  stats(): Promise<StatsWire> {
    return this.#json('/queue/stats', statsWire);
  }

  cancel(id: string): Promise<JobActionWire> {
    return this.#json(`/queue/job/${id}/cancel`, jobActionWire, { method: 'POST' });
  }

  /** The answer of `path`, whose status is a good one; its body is the caller's to read. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(path, init);
    if (response.ok) return response;
    throw new CliError(EXIT.failed, await refusal(response));
  }

  async #json<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    init?: RequestInit,
  ): Promise<z.infer<Schema>> {
    const response = await this.open(path, init);
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new CliError(
      EXIT.failed,
      `${this.#base} does not answer as an Offcut server does. Is the address right? (${path}: ${parsed.error.issues[0]?.message ?? ''})`,
    );
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.#base + path, init);
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new CliError(
        EXIT.unreachable,
        `No server answers at ${this.#base} (${reason(cause)}). Start one with \`offcut serve\`, or name another with --server or OFFCUT_SERVER.`,
        { cause },
      );
    }
  }
}

/** The sentence of a problem document, or what else there is to say. */
async function refusal(response: Response): Promise<string> {
  const problem = problemWire.safeParse(await response.json().catch(() => undefined));
  return problem.success
    ? problem.data.detail
    : `The server answered ${response.status} ${response.statusText}.`;
}

/** `fetch` says only that it failed; its cause says why. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
