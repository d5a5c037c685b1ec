import { LOCAL_TENANT, type Failure, type Job, type PendingItem } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import type { SeenJob, ServerPlace } from '#queue/place.ts';
import { isOver, NO_COUNTS } from '#queue/states.ts';
import type { DeletionWire, JobWire } from '#queue/wire.ts';
import { broughtHome, shown } from './shown.ts';
import { isPlaced, type Grave, type Kept, type Placed } from './stored.ts';
import { missingResults } from './todo.ts';
import { settled } from './wishes.ts';

/*
 * What the server's feed makes of the jobs here: docs/sync.md has the same as tables. Pure: what is there and what is
 * told go in, what is to be there comes out.
 */

/** What is here under a job's name. */
export interface Here {
  readonly kept?: Kept | undefined;
  readonly grave?: Grave | undefined;
}

export type Outcome =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'keep'; readonly kept: Kept }
  /** With all that belongs to it. The grave keeps it from coming back. */
  | { readonly kind: 'remove'; readonly jobId: string; readonly grave: Grave | undefined }
  | { readonly kind: 'bury'; readonly grave: Grave };

const NOTHING: Outcome = { kind: 'nothing' };

export const SERVER_FORGOT: Failure = {
  code: 'server_forgot',
  message:
    'The server no longer keeps this job, and its result had not come here. Retry it to send it again.',
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A job's name on every device: the one that its device gave it, else the server's. */
export function nameOf(remoteId: string, idempotencyKey: string | null): string {
  return idempotencyKey !== null && UUID.test(idempotencyKey) ? idempotencyKey.toLowerCase() : remoteId;
}

/** The server tells of a job. */
export function onJob(
  wire: JobWire,
  { kept, grave }: Here,
  { now, newId }: { now: number; newId: () => string },
): Outcome {
  if (kept === undefined) {
    if (grave !== undefined) return { kind: 'bury', grave: { ...grave, remoteId: wire.id, wanted: true } };
    return { kind: 'keep', kept: newcomer(wire, now, newId) };
  }
  const { place } = kept.job;
  if (place === undefined) {
    if (!isOver(kept.job.counts) || kept.items.length !== wire.results.length) return NOTHING;
    return { kind: 'keep', kept: shown(kept, firstPlace(wire, 'here'), now) };
  }
  // Its photo is another one: the name is a coincidence, or somebody plays tricks.
  if (kept.items.length !== wire.results.length) return NOTHING;
  const next: ServerPlace = {
    ...place,
    delivery: { state: 'accepted', remoteId: wire.id },
    seen: toSeen(wire),
    ...(isAnother(place, wire) && { lost: undefined }),
  };
  return { kind: 'keep', kept: shown(kept, settled(next), now) };
}

function isAnother({ delivery }: ServerPlace, wire: JobWire): boolean {
  return delivery.state !== 'accepted' || delivery.remoteId !== wire.id;
}

/** The server tells that a job is gone there. */
export function onDeletion(deletion: DeletionWire, { kept, grave }: Here, now: number): Outcome {
  const told = grave && { ...grave, wanted: false };
  if (kept === undefined || !isPlaced(kept)) {
    const isAnotherJob = grave?.remoteId !== undefined && grave.remoteId !== deletion.job_id;
    return told === undefined || isAnotherJob ? NOTHING : { kind: 'bury', grave: told };
  }
  const { delivery } = kept.job.place;
  const isIt = delivery.state === 'accepted' ? delivery.remoteId === deletion.job_id : undefined;
  if (deletion.reason === 'deleted') {
    if (isIt === false) return NOTHING;
    const jobId = kept.job.id;
    return { kind: 'remove', jobId, grave: told ?? { jobId, remoteId: deletion.job_id, wanted: false } };
  }
  return isIt ? forgotten(kept, now) : NOTHING;
}

/** All of the feed was read anew, and an accepted job was not in it. */
export function onVanished(placed: Placed, isSameFeed: boolean, now: number): Outcome {
  const { place, counts } = placed.job;
  const isDone = isOver(counts) && missingResults(place, counts.completed) === 0;
  if (isSameFeed || isDone || place.origin === 'elsewhere') return forgotten(placed, now);
  const again: ServerPlace = {
    ...place,
    delivery: { state: 'sending' },
    wish: place.wish?.kind === 'cancel' ? place.wish : null,
    seen: null,
    lost: undefined,
  };
  return { kind: 'keep', kept: shown(placed, again, now) };
}

/** The server has let a job go by itself. */
function forgotten(placed: Placed, now: number): Outcome {
  const { place, counts, id: jobId } = placed.job;
  if (isOver(counts)) return { kind: 'keep', kept: broughtHome(placed, null, now) };
  if (place.origin === 'here') {
    const delivery = { state: 'refused', ...SERVER_FORGOT } as const;
    return {
      kind: 'keep',
      kept: shown(placed, { ...place, delivery, wish: null, seen: null, lost: undefined }, now),
    };
  }
  if (counts.completed === 0) return { kind: 'remove', jobId, grave: undefined };
  return { kind: 'keep', kept: broughtHome(placed, SERVER_FORGOT, now) };
}

/** A job that another device made. Its photos are not here. */
function newcomer(wire: JobWire, now: number, newId: () => string): Placed {
  const id = nameOf(wire.id, wire.idempotency_key);
  const createdAt = Date.parse(wire.created_at);
  const items = wire.filenames.map((filename, index): PendingItem => ({
    id: newId(),
    jobId: id,
    index,
    filename,
    inputBytes: 0,
    inputMediaType: 'application/octet-stream',
    attempt: 0,
    attemptsLeft: 1,
    state: 'pending',
    availableAt: now,
    lastFailure: null,
  }));
  const options = jobOptions.safeParse(wire.options);
  const job: Job = {
    id,
    tenant: LOCAL_TENANT,
    type: wire.type,
    model: wire.model,
    options: options.success ? options.data : jobOptions.parse({}),
    priority: 5,
    createdAt,
    startedAt: null,
    completedAt: null,
    counts: { ...NO_COUNTS, pending: items.length },
    idempotency: null,
    bytes: 0,
    webhook: null,
  };
  return shown({ job, items }, firstPlace(wire, 'elsewhere'), now);
}

function firstPlace(wire: JobWire, origin: ServerPlace['origin']): ServerPlace {
  return {
    on: 'server',
    origin,
    delivery: { state: 'accepted', remoteId: wire.id },
    wish: null,
    seen: toSeen(wire),
  };
}

function toSeen(wire: JobWire): SeenJob {
  const time = (text: string | null) => (text === null ? null : Date.parse(text));
  return {
    run: wire.run,
    createdAt: Date.parse(wire.created_at),
    startedAt: time(wire.started_at),
    completedAt: time(wire.completed_at),
    items: wire.results.map(({ filename, status, width, height, bytes, warnings, error }) => ({
      filename,
      status,
      width,
      height,
      bytes,
      warnings,
      error,
    })),
  };
}
