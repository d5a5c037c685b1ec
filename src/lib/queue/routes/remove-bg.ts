import { Hono } from 'hono';
import { QueueError } from '../errors.ts';
import { contentDisposition, resultName } from '../filename.ts';
import { takeIn } from '../intake.ts';
import type { CompletedItem, Item, StoredJob } from '../job.ts';
import { resultKey } from '../queue.ts';
import { waitUntilOver } from '../watching.ts';
import type { BatchWire } from '../wire.ts';
import { toDataUrl } from './data-url.ts';
import type { RoutesHost } from './host.ts';

/** Someone waits for the answer, so these jobs go before the queue's usual ones. */
const SYNC_PRIORITY = 9;

/**
 * The synchronous routes: a job like any other, waited for and then deleted. A client that goes away takes its job
 * with it.
 */
export function removeBackgroundRoutes(host: RoutesHost): Hono {
  const app = new Hono();

  app.post('/remove-bg', async (context) =>
    withJob(host, context.req.raw, 'image', async ({ items }) => {
      const item = items[0];
      if (item?.state !== 'completed') throw whyNot(item);
      const blob = await resultOf(host, item);
      const { mediaType } = item.result;
      // Read whole: the job and its files are deleted before the client has the last byte.
      return new Response(await blob.arrayBuffer(), {
        headers: {
          'content-type': mediaType,
          'content-disposition': contentDisposition('inline', resultName(item.filename, mediaType)),
          'cache-control': 'no-store',
        },
      });
    }),
  );

  app.post('/remove-bg-batch', async (context) =>
    withJob(host, context.req.raw, 'images', async ({ items }) => context.json(await toBatch(host, items))),
  );

  return app;
}

async function withJob(
  host: RoutesHost,
  request: Request,
  field: 'image' | 'images',
  answer: (stored: StoredJob) => Promise<Response>,
): Promise<Response> {
  const { queue, syncTimeoutSeconds } = host;
  const models = await host.models();
  const { readForm, formLimits: limits, modelAliases, installHint, closing } = host;
  const submission = await takeIn(request, {
    queue,
    readForm,
    limits,
    models,
    modelAliases,
    installHint,
    field,
  });
  if (field === 'image' && submission.files.length > 1) {
    await queue.blobs.removeJob(submission.jobId);
    throw new QueueError(
      'too_many_files',
      `This route takes one "image"; the form has ${String(submission.files.length)}. Use /remove-bg-batch for several.`,
    );
  }
  const { stored } = await queue.submit({ ...submission, priority: SYNC_PRIORITY, idempotencyKey: null });
  try {
    const timeout = AbortSignal.timeout(syncTimeoutSeconds * 1000);
    const signals = [request.signal, timeout, ...(closing === undefined ? [] : [closing])];
    const over = await waitUntilOver(queue, stored.job.id, AbortSignal.any(signals));
    return await answer(over ?? stored);
  } catch (cause) {
    if (closing?.aborted && cause === closing.reason) throw shuttingDown();
    throw cause instanceof DOMException && cause.name === 'TimeoutError'
      ? timedOut(syncTimeoutSeconds)
      : cause;
  } finally {
    await queue.remove(stored.job.id).catch(() => undefined);
  }
}

function shuttingDown(): QueueError {
  return new QueueError('shutting_down', 'The server is shutting down. Send the request again in a moment.');
}

function timedOut(seconds: number): QueueError {
  return new QueueError(
    'timed_out',
    `The result was not ready within ${String(seconds)} seconds. Use POST /queue/submit, which does not wait.`,
  );
}

async function toBatch(host: RoutesHost, items: readonly Item[]): Promise<BatchWire> {
  const results: BatchWire['results'] = [];
  const errors: BatchWire['errors'] = [];
  for (const item of items) {
    const { index, filename } = item;
    if (item.state === 'completed') {
      const blob = await resultOf(host, item);
      results.push({ index, filename, dataUrl: await toDataUrl(blob, item.result.mediaType), success: true });
    } else {
      const { message, code } = whyNot(item);
      errors.push({ index, filename, error: message, code });
    }
  }
  return { total: items.length, successful: results.length, failed: errors.length, results, errors };
}

async function resultOf({ queue }: RoutesHost, item: CompletedItem): Promise<Blob> {
  const blob = await queue.blobs.get(resultKey(item));
  if (blob === undefined) throw new Error(`The result of item ${item.id} is gone.`);
  return blob;
}

function whyNot(item: Exclude<Item, CompletedItem> | undefined): QueueError {
  if (item?.state === 'failed') {
    return new QueueError('image_failed', item.failure.message, { fields: { cause: item.failure } });
  }
  return new QueueError('result_not_found', 'The job was cancelled before its result was ready.');
}
