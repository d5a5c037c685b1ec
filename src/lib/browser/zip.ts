import { downloadZip } from 'client-zip';
import { QueueError } from '#queue/errors.ts';
import { uniqueNames } from '#queue/filename.ts';
import type { ItemEdits, ItemRef } from './edits/item-edits.ts';

/**
 * Images as one zip, with their edits. Each is read (or rendered) when the zip gets to it, so one at a time is in memory;
 * those that are gone by then are skipped. `onEach` is called as each one is begun.
 */
export function zipItems(
  edits: Pick<ItemEdits, 'exportItem'>,
  items: readonly ItemRef[],
  onEach?: () => void,
): ReadableStream<Uint8Array> {
  const { body } = downloadZip(entries(edits, items, onEach));
  if (body === null) throw new Error('A zip without a body.');
  return body;
}

async function* entries(
  edits: Pick<ItemEdits, 'exportItem'>,
  items: readonly ItemRef[],
  onEach?: () => void,
) {
  const unique = uniqueNames();
  for (const [at, item] of items.entries()) {
    onEach?.();
    const file = await edits.exportItem(item, { number: at + 1 }).catch(undefinedWhenGone);
    if (file === undefined) continue;
    const { blob, name } = file;
    yield { name: unique(name), input: blob, size: blob.size, lastModified: new Date() };
  }
}

const GONE: readonly string[] = ['job_not_found', 'item_not_found', 'result_not_found', 'result_not_ready'];

function undefinedWhenGone(cause: unknown): undefined {
  if (cause instanceof QueueError && GONE.includes(cause.code)) return undefined;
  throw cause;
}
