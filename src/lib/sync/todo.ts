import type { Job } from '#queue/job.ts';
import type { ServerPlace } from '#queue/place.ts';

/** What may have to be exchanged with the server about a job: it itself, what its user wishes of it, its results. */
export type Todo = 'submit' | 'wish' | 'fetch';

export function todoOf({ place, counts }: Pick<Job, 'place' | 'counts'>): readonly Todo[] {
  if (place === undefined) return [];
  const todo: Todo[] = [];
  if (isToBeSent(place)) todo.push('submit');
  if (place.delivery.state === 'accepted' && place.wish !== null) todo.push('wish');
  if (place.results !== 'held' && missingResults(place, counts.completed) > 0) todo.push('fetch');
  return todo;
}

export function isToBeSent({ delivery, wish }: ServerPlace): boolean {
  return (delivery.state === 'unsent' || delivery.state === 'sending') && wish?.kind !== 'cancel';
}

/** How many results the server has that are not here. @param here how many are */
export function missingResults({ seen, lost = [] }: ServerPlace, here: number): number {
  const there = seen?.items.filter(({ status }) => status === 'completed').length ?? 0;
  return Math.max(0, there - lost.length - here);
}
