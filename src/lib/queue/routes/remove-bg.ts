import { Hono } from 'hono';
import { QueueError } from '../errors.ts';
import { takeIn } from '../intake.ts';
import type { BatchWire } from '../wire.ts';
import { answerWith } from './answer.ts';
import { dataUrlParts } from './data-url.ts';
import type { RoutesHost } from './host.ts';
import { toBody } from './stream.ts';
import { WaitedJob, whyNot } from './waited-job.ts';

/**
 * The synchronous routes: a job like any other, waited for and then deleted. A client that goes away takes its job
 * with it.
 */
export function removeBackgroundRoutes(host: RoutesHost): Hono {
  const app = new Hono();

  app.post('/remove-bg', async (context) => {
    const job = await accept(host, context.req.raw, 'image');
    try {
      const item = await job.onlyItem();
      if (item.state !== 'completed') throw whyNot(item);
      return await answerWith(job, item);
    } catch (cause) {
      await job.close();
      throw cause;
    }
  });

  app.post('/remove-bg-batch', async (context) => {
    const job = await accept(host, context.req.raw, 'images');
    const body = toBody(batchParts(job), () => void job.close());
    return new Response(body, {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
  });

  return app;
}

/** @throws QueueError */
async function accept(host: RoutesHost, request: Request, field: 'image' | 'images'): Promise<WaitedJob> {
  const { queue, readForm, formLimits: limits, models, usualModel, modelAliases, installHint } = host;
  const submission = await takeIn(request, {
    queue,
    readForm,
    limits,
    models,
    usualModel,
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
  return WaitedJob.submit(host, submission, request);
}

/** `BatchWire` as text, each result as soon as it is there; no more than a part of one is in memory. */
async function* batchParts(job: WaitedJob): AsyncGenerator<string, void, undefined> {
  const { items } = job.stored;
  const errors: BatchWire['errors'] = [];
  let over = 0;
  let successful = 0;
  try {
    yield `{"total":${String(items.length)},"results":[`;
    try {
      for await (const item of job.overItems()) {
        const { index, filename } = item;
        if (item.state === 'completed') {
          yield `${successful === 0 ? '' : ','}{"index":${String(index)},"filename":${JSON.stringify(filename)},"dataUrl":"`;
          yield* dataUrlParts(await job.result(item), item.result.mediaType);
          yield '","success":true}';
          successful += 1;
        } else {
          errors.push({ index, filename, ...toError(whyNot(item)) });
        }
        over += 1;
      }
    } catch (cause) {
      // What is finished has been sent already, so what is not is told beside it.
      if (!(cause instanceof QueueError)) throw cause;
      errors.push(
        ...items.slice(over).map(({ index, filename }) => ({ index, filename, ...toError(cause) })),
      );
    }
    const rest = { errors, successful, failed: errors.length };
    yield `],${JSON.stringify(rest).slice(1)}`;
  } finally {
    await job.close();
  }
}

function toError({ message, code }: QueueError): { error: string; code: string } {
  return { error: message, code };
}
