import { downloadZip } from 'client-zip';
import { resultName, uniqueNames } from '#queue/filename.ts';
import { resultKey, type Queue } from '#queue/queue.ts';

/** All finished results of these jobs as one zip. Each is read when the zip gets to it; jobs that are gone are skipped. */
export function zipResults(queue: Queue, jobIds: readonly string[]): ReadableStream<Uint8Array> {
  const { body } = downloadZip(entries(queue, jobIds));
  if (body === null) throw new Error('A zip without a body.');
  return body;
}

async function* entries(queue: Queue, jobIds: readonly string[]) {
  const unique = uniqueNames();
  for (const jobId of jobIds) {
    const stored = await queue.store.get(jobId);
    for (const item of stored?.items ?? []) {
      if (item.state !== 'completed') continue;
      const input = await queue.blobs.get(resultKey(item));
      if (input === undefined) continue;
      const name = unique(resultName(item.filename, item.result.mediaType));
      yield { name, input, size: input.size, lastModified: new Date(stored?.job.completedAt ?? Date.now()) };
    }
  }
}
