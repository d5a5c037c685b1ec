import { contentDisposition, resultName } from '../filename.ts';
import type { CompletedItem } from '../job.ts';
import { toBody } from './stream.ts';
import type { WaitedJob } from './waited-job.ts';

/** A result as it is read from storage; its job is deleted when the last byte is out. */
export async function answerWith(
  job: WaitedJob,
  item: CompletedItem,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const blob = await job.result(item);
  const { mediaType } = item.result;
  return new Response(toBody(blobParts(job, blob)), {
    headers: {
      'content-type': mediaType,
      'content-length': String(blob.size),
      'content-disposition': contentDisposition('inline', resultName(item.filename, mediaType)),
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

async function* blobParts(job: WaitedJob, blob: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = blob.stream().getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined);
    await job.close();
  }
}
