import type { BlobKey } from './blobs.ts';
import type { CompletedItem, Item, ProcessingItem } from './job.ts';

/* Under which names the bytes of a job and its items are kept. */

export function inputKey(item: Item): BlobKey {
  return { jobId: item.jobId, index: item.index, kind: 'input' };
}

export function backgroundKey(jobId: string): BlobKey {
  return { jobId, kind: 'background' };
}

export function resultKey(item: ProcessingItem | CompletedItem): BlobKey {
  return { jobId: item.jobId, index: item.index, kind: 'result', attempt: item.attempt };
}
