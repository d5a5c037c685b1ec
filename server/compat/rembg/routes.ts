import { Hono } from 'hono';
import { resolveModel } from '#queue/intake.ts';
import { problemResponse } from '#queue/problem.ts';
import { answerWith } from '#queue/routes/answer.ts';
import { whyNot } from '#queue/routes/waited-job.ts';
import type { CompatHost } from '../host.ts';
import { drain, SourceImages } from '../source-images.ts';
import { missing, ParameterError, readParameters, type RembgWishes } from './parameters.ts';

/** The model that rembg takes when none is named. Ours does when this one is not here. */
const REMBG_DEFAULT = 'u2net';

/** rembg's server (`rembg s`): `GET` and `POST /api/remove`, which answer a PNG. */
export function rembgRoutes(host: CompatHost): Hono {
  const app = new Hono();

  app.get('/api/remove', async (context) => {
    const query = new Map(new URL(context.req.url).searchParams);
    const wishes = readParameters(query);
    const url = query.get('url');
    if (url === undefined || url === '') throw missing('query', 'url');
    return remove(host, context.req.raw, async (images) => {
      await images.fetchInput(url);
      return wishes;
    });
  });

  app.post('/api/remove', async (context) => {
    const request = context.req.raw;
    const query = new Map(new URL(request.url).searchParams);
    readParameters(query);
    if (!/^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')) {
      throw missing('body', 'file');
    }
    return remove(host, request, async (images) => {
      const fields = await readForm(host, request, images);
      const wishes = readParameters(query, fields);
      if (!images.hasInput) throw missing('body', 'file');
      return wishes;
    });
  });

  app.onError((cause, context) => {
    if (cause instanceof ParameterError) return context.json({ detail: cause.faults }, 422);
    host.onError(cause, context.req.raw);
    return problemResponse(cause);
  });
  return app;
}

/** rembg reads the last `file` of several; ours the first one. */
function readForm(host: CompatHost, request: Request, images: SourceImages) {
  return host.readForm(
    request,
    async (file) => {
      if (file.field === 'file' && !images.hasInput) await images.takeInput(file);
      else await drain(file.body);
    },
    host.formLimits,
  );
}

async function remove(
  host: CompatHost,
  request: Request,
  takeIn: (images: SourceImages) => Promise<RembgWishes>,
): Promise<Response> {
  const images = new SourceImages(host, request);
  const job = await submit(host, images, takeIn).catch(async (cause: unknown) => {
    await images.drop();
    throw cause;
  });
  try {
    const item = await job.onlyItem();
    if (item.state !== 'completed') throw whyNot(item);
    return await answerWith(job, item, { 'offcut-model': job.stored.job.model });
  } catch (cause) {
    await job.close();
    throw cause;
  }
}

async function submit(
  host: CompatHost,
  images: SourceImages,
  takeIn: (images: SourceImages) => Promise<RembgWishes>,
) {
  const { model, options } = await takeIn(images);
  return images.submit({ model: await modelFor(host, model), options });
}

async function modelFor(host: CompatHost, wanted: string | undefined): Promise<string> {
  const { modelAliases, installHint } = host;
  const models = await host.models();
  const isHere = models.some(({ id, installed }) => id === REMBG_DEFAULT && installed);
  const usual = isHere || modelAliases?.has(REMBG_DEFAULT) ? REMBG_DEFAULT : undefined;
  return resolveModel(wanted ?? usual, { models: host.models, modelAliases, installHint });
}
