import { setTimeout as sleep } from 'node:timers/promises';
import { jobWire, type JobWire } from '#queue/wire.ts';
import type { Client } from './client.ts';
import { CliError, EXIT } from './errors.ts';
import { serverEvents } from './event-stream.ts';

const POLL_SECONDS = 1;
/** A restarting server is back within this many polls. */
const PATIENCE = 30;

/**
 * A job's states until it is over: as the server tells of them, or by asking every second where something between
 * here and there does not let event streams through.
 *
 * @throws CliError when the job is gone or the server stays away
 */
export async function* watchJob(client: Client, id: string, signal: AbortSignal): AsyncGenerator<JobWire> {
  let job = await client.job(id);
  yield job;
  let silent = 0;
  while (!isOver(job)) {
    signal.throwIfAborted();
    for await (const next of streamed(client, id, signal)) {
      silent = 0;
      job = next;
      yield job;
    }
    if (isOver(job)) return;
    await sleep(POLL_SECONDS * 1000, undefined, { signal });
    try {
      job = await client.job(id);
      silent = 0;
      yield job;
    } catch (error) {
      const away = error instanceof CliError && error.exitCode === EXIT.unreachable;
      if (!away || ++silent === PATIENCE) throw error;
    }
  }
}

/** Ends, without an error, when the stream does: the caller then asks. */
async function* streamed(client: Client, id: string, signal: AbortSignal): AsyncGenerator<JobWire> {
  try {
    const { body } = await client.open(`/queue/job/${id}/events`, { signal });
    if (body === null) return;
    for await (const { event, data } of serverEvents(body)) {
      if (event === 'job') yield jobWire.parse(JSON.parse(data));
    }
  } catch {
    signal.throwIfAborted();
  }
}

export function isOver({ status }: JobWire): boolean {
  return status !== 'pending' && status !== 'processing';
}
