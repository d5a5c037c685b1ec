import type { RoomLevel } from './interface.ts';

const MEGABYTE = 1_000_000;

/**
 * Nearly full: room for some ten photos with their results, or, where browsers give a small share of a large disk, the
 * last twentieth of less than a gigabyte.
 */
export function levelOf({ usage = 0, quota }: StorageEstimate): RoomLevel {
  if (quota === undefined) return 'plenty';
  const free = quota - usage;
  return free < 100 * MEGABYTE || (free < 1_000 * MEGABYTE && free < quota / 20) ? 'low' : 'plenty';
}

/** What the browser says of this origin's room; nothing where it says nothing. */
export async function estimateRoom(): Promise<StorageEstimate> {
  try {
    return (await navigator.storage?.estimate?.()) ?? {};
  } catch {
    return {};
  }
}
