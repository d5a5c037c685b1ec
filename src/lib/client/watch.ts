import { OffcutError } from './errors.ts';
import { serverEvents, type ServerEvent } from './event-stream.ts';
import { hasShape, type Http, type Shape } from './http.ts';
import type { JobWire } from './types.ts';

export const JOB_SHAPE: Shape = { id: 'string', status: 'string', progress: 'object', results: 'object' };

export interface WatchSettings {
  /** Pause before the server is asked again, when events do not come through. */
  readonly pollSeconds: number;
  /** How often in a row the server may stay away: one that restarts is back within this many. */
  readonly patience: number;
  /** The server says every 15 seconds that it is there; a stream that is silent for longer leads nowhere. */
  readonly silentSeconds: number;
}

/**
 * A job's states until it is over, each different from the one before. As the server tells of them (Server-Sent
 * Events, resumed by `Last-Event-ID`), or by asking, where something in between does not let event streams through.
 *
 * @throws OffcutError when the job is gone or the server stays away; the signal's reason
 */
export async function* watchJob(
  http: Http,
  id: string,
  signal: AbortSignal | undefined,
  settings: WatchSettings,
): AsyncGenerator<JobWire, void> {
  const path = `/queue/job/${encodeURIComponent(id)}`;
  const position = { lastEventId: '' };
  let told = '';
  let absences = 0;
  for (;;) {
    let job: JobWire | undefined;
    try {
      job = await http.json<JobWire>(path, JOB_SHAPE, { signal: signal ?? null });
      absences = 0;
    } catch (error) {
      if (!isAway(error) || ++absences > settings.patience) throw error;
    }
    if (job !== undefined) {
      if (told !== (told = JSON.stringify(job))) yield job;
      if (isOver(job)) return;
      for await (const next of streamed(http, path, position, signal, settings)) {
        if (told !== (told = JSON.stringify(next))) yield next;
        if (isOver(next)) return;
      }
    }
    await pause(settings.pollSeconds * 1000, signal);
  }
}

/** The newest state is the last one: `true` once nothing of the job is left to do. */
export function isOver({ status }: Pick<JobWire, 'status'>): boolean {
  return status !== 'pending' && status !== 'processing';
}

function isAway(error: unknown): boolean {
  return error instanceof OffcutError && (error.code === 'unreachable' || error.status >= 502);
}

/** Ends, without an error, when the stream does: the caller then asks. */
async function* streamed(
  http: Http,
  path: string,
  position: { lastEventId: string },
  signal: AbortSignal | undefined,
  { silentSeconds }: WatchSettings,
): AsyncGenerator<JobWire> {
  const silence = new AbortController();
  const giveUp = () => silence.abort();
  let timer = setTimeout(giveUp, silentSeconds * 1000);
  const headers = { ...(position.lastEventId !== '' && { 'last-event-id': position.lastEventId }) };
  try {
    const any = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
    const { body } = await http.open(`${path}/events`, { headers, signal: any });
    if (body === null) return;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silentSeconds * 1000);
    };
    for await (const event of serverEvents(body, any, alive)) {
      if (event.id !== '') position.lastEventId = event.id;
      const job = toJob(event);
      if (job !== undefined) yield job;
    }
  } catch {
    signal?.throwIfAborted();
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function toJob({ event, data }: ServerEvent): JobWire | undefined {
  if (event !== 'job') return undefined;
  const job: unknown = JSON.parse(data);
  return hasShape(job, JOB_SHAPE) ? (job as JobWire) : undefined;
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const wake = () => resolve();
  signal?.addEventListener('abort', wake);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener('abort', wake);
  signal?.throwIfAborted();
}
