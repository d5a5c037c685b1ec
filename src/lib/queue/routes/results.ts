import { downloadZip } from 'client-zip';
import { Hono } from 'hono';
import { resultKey } from '../blob-keys.ts';
import { QueueError } from '../errors.ts';
import { contentDisposition, resultName, uniqueNames } from '../filename.ts';
import type { StoredJob } from '../job.ts';
import type { Queue } from '../queue.ts';
import type { RoutesHost } from './host.ts';

export function resultRoutes({ queue, clientOf }: RoutesHost): Hono {
  const app = new Hono();

  app.get('/queue/job/:id/result/:index', async (context) => {
    const { id, index } = context.req.param();
    const { item, blob } = await clientOf(context.req.raw).result(id, toIndex(index));
    const { mediaType } = item.result;
    return new Response(blob.stream(), {
      headers: {
        'content-type': mediaType,
        'content-length': String(blob.size),
        'content-disposition': contentDisposition('inline', resultName(item.filename, mediaType)),
        'cache-control': 'private, no-cache',
      },
    });
  });

  app.get('/queue/job/:id/input/:index', async (context) => {
    const { id, index } = context.req.param();
    const { item, blob } = await clientOf(context.req.raw).input(id, toIndex(index));
    return new Response(blob.stream(), {
      headers: {
        // Whatever its sender called it: it is not to be opened here.
        'content-type': 'application/octet-stream',
        'content-length': String(blob.size),
        'content-disposition': contentDisposition('attachment', item.filename),
        'cache-control': 'private, no-cache',
      },
    });
  });

  app.get('/queue/job/:id/results.zip', async (context) => {
    const stored = await clientOf(context.req.raw).get(context.req.param('id'));
    const { id, createdAt, counts } = stored.job;
    if (counts.completed === 0) {
      throw new QueueError(
        'result_not_ready',
        `Job ${id} has no finished image yet, so there is nothing to zip.`,
      );
    }
    const zip = downloadZip(zipEntries(queue, stored));
    const day = new Date(createdAt).toISOString().slice(0, 10);
    return new Response(zip.body, {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': contentDisposition('attachment', `offcut-${day}-${id.slice(-6)}.zip`),
        'cache-control': 'no-store',
      },
    });
  });

  return app;
}

function toIndex(index: string): number {
  if (/^\d{1,6}$/.test(index)) return Number(index);
  throw new QueueError(
    'item_not_found',
    `"${index}" is not the number of an image. They are numbered from 0.`,
  );
}

/** One result after another, each read when the zip gets to it. */
async function* zipEntries(queue: Queue, { job, items }: StoredJob) {
  const unique = uniqueNames();
  for (const item of items) {
    if (item.state !== 'completed') continue;
    const blob = await queue.blobs.get(resultKey(item));
    if (blob === undefined) continue;
    const name = unique(resultName(item.filename, item.result.mediaType));
    yield {
      name,
      input: blob.stream(),
      size: blob.size,
      lastModified: new Date(job.completedAt ?? job.createdAt),
    };
  }
}
