import { Hono } from 'hono';
import type { CompletedItem, SubjectBox } from '#queue/job.ts';
import { resolveModel } from '#queue/intake.ts';
import { base64Parts } from '#queue/routes/data-url.ts';
import { answerWith } from '#queue/routes/answer.ts';
import { toBody } from '#queue/routes/stream.ts';
import { whyNot, type WaitedJob } from '#queue/routes/waited-job.ts';
import type { CompatHost } from '../host.ts';
import { SourceImages } from '../source-images.ts';
import { errorResponse, RemoveBgError, unknownForeground } from './errors.ts';
import type { RemoveBgWishes } from './parameters.ts';
import { readRequest } from './read-request.ts';

/** Nothing is counted here. These keep clients going that look at their balance before they ask. */
const CREDITS = 1_000_000;
const RATE_LIMIT = 500;

/** remove.bg's API v1.0. Its `X-Api-Key` is one of ours, where the server has keys. */
export function removeBgRoutes(host: CompatHost): Hono {
  const app = new Hono();

  app.post('/v1.0/removebg', async (context) => {
    const { job, type } = await accept(host, context.req.raw);
    try {
      const item = await job.onlyItem();
      if (item.state !== 'completed') throw whyNot(item);
      const { subject } = item.result;
      if (subject === undefined) throw unknownForeground();
      const headers = { ...headersOf(item, subject, type), 'offcut-model': job.stored.job.model };
      const wantsJson = /\bapplication\/json\b/i.test(context.req.header('accept') ?? '');
      return await (wantsJson ? jsonAnswer(job, item, subject, headers) : answerWith(job, item, headers));
    } catch (cause) {
      await job.close();
      throw cause;
    }
  });

  app.get('/v1.0/account', (context) =>
    context.json({
      data: {
        attributes: {
          credits: { total: CREDITS, subscription: 0, payg: CREDITS, enterprise: 0 },
          api: { free_calls: 0, sizes: 'all' },
        },
      },
    }),
  );

  app.onError((cause, context) => {
    if (!(cause instanceof RemoveBgError)) host.onError(cause, context.req.raw);
    return errorResponse(cause);
  });
  return app;
}

async function accept(
  host: CompatHost,
  request: Request,
): Promise<{ job: WaitedJob; type: RemoveBgWishes['type'] }> {
  const images = new SourceImages(host, request);
  try {
    const { options, type } = await readRequest(host, request, images);
    const { models, modelAliases, installHint } = host;
    const model = await resolveModel(undefined, { models, modelAliases, installHint });
    return { job: await images.submit({ model, options }), type };
  } catch (cause) {
    await images.drop();
    throw cause;
  }
}

function headersOf(
  { result }: CompletedItem,
  { left, top, width, height }: SubjectBox,
  type: string | undefined,
): Record<string, string> {
  return {
    'x-width': String(result.width),
    'x-height': String(result.height),
    ...(type !== undefined && { 'x-type': type }),
    'x-foreground-top': String(top),
    'x-foreground-left': String(left),
    'x-foreground-width': String(width),
    'x-foreground-height': String(height),
    'x-credits-charged': '0',
    'x-ratelimit-limit': String(RATE_LIMIT),
    'x-ratelimit-remaining': String(RATE_LIMIT),
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 60),
  };
}

async function jsonAnswer(
  job: WaitedJob,
  item: CompletedItem,
  subject: SubjectBox,
  headers: Record<string, string>,
): Promise<Response> {
  const blob = await job.result(item);
  return new Response(toBody(jsonParts(job, blob, subject)), {
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

async function* jsonParts(
  job: WaitedJob,
  blob: Blob,
  subject: SubjectBox,
): AsyncGenerator<string, void, undefined> {
  const { left, top, width, height } = subject;
  const place = {
    foreground_top: top,
    foreground_left: left,
    foreground_width: width,
    foreground_height: height,
  };
  try {
    yield '{"data":{"result_b64":"';
    yield* base64Parts(blob);
    yield `",${JSON.stringify(place).slice(1)}}`;
  } finally {
    await job.close();
  }
}
