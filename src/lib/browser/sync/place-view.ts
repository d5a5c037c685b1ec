import type { Job, StoredJob } from '#queue/job.ts';
import type { ServerPlace } from '#queue/place.ts';
import { isOver } from '#queue/states.ts';
import { toJobWire } from '#queue/wire.ts';
import { missingResults } from '#sync/todo.ts';
import type { DeviceJob, PlaceView } from './interface.ts';

export function toDeviceJob(stored: StoredJob): DeviceJob {
  const { place, counts } = stored.job;
  const wire = toJobWire(stored);
  return place === undefined ? wire : { ...wire, place: placeView(place, counts) };
}

function placeView(place: ServerPlace, counts: Job['counts']): PlaceView {
  const from = place.origin === 'here' ? 'this device' : 'another device';
  return { on: 'server', from, ...stageOf(place, counts) };
}

type Stage = PlaceView extends infer View
  ? View extends unknown
    ? Omit<View, 'on' | 'from'>
    : never
  : never;

function stageOf(place: ServerPlace, counts: Job['counts']): Stage {
  const { delivery, seen, results } = place;
  switch (delivery.state) {
    case 'unsent':
    case 'sending':
      return { stage: 'waiting' };
    case 'refused':
      return { stage: 'refused', code: delivery.code, message: delivery.message };
    case 'accepted':
      break;
    default:
      return delivery satisfies never;
  }
  if (isOver(counts)) return { stage: 'done' };
  const isOpenThere =
    seen?.items.some(({ status }) => status === 'pending' || status === 'processing') ?? true;
  const remaining = missingResults(place, counts.completed);
  if (isOpenThere || remaining === 0) return { stage: 'accepted' };
  return { stage: 'receiving', remaining, held: results === 'held' };
}
