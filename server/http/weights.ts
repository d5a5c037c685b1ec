import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { ModelSpec } from '#matting/model.ts';
import { QueueError } from '#queue/errors.ts';
import { isInstalled, weightsPath } from '../matting/weights.ts';
import { knownModels } from '../models/catalogue.ts';

/** The page asks by checksum (`?v=`), so what an address gives never changes. */
const A_YEAR = 'public, max-age=31536000, immutable';

/** The weights that are installed here, for browsers that want to keep them: `/` lists them, `/<file>` is one of them. */
export function weights(): Hono {
  const app = new Hono();
  app.get('/', async (context) =>
    context.json({ models: await installedModels() }, 200, { 'cache-control': 'no-store' }),
  );
  app.get('/:file', async (context) => {
    // A name of the list, or nothing: what the client sends never becomes a path.
    const model = (await installedModels()).find(({ file }) => file === context.req.param('file'));
    if (model === undefined) {
      const message = `There are no weights "${context.req.param('file')}" on this server. GET /weights lists those that are.`;
      throw new QueueError('route_not_found', message);
    }
    return sendFile(model, context.req.header('range'));
  });
  return app;
}

async function installedModels(): Promise<readonly ModelSpec[]> {
  const models = await knownModels();
  const installed = await Promise.all(models.map((model) => isInstalled(model)));
  return models.filter((_, n) => installed[n]);
}

/** From the byte that `bytes=N-` names, else all of it; other ranges are none of the page's. */
async function sendFile(model: ModelSpec, range: string | undefined): Promise<Response> {
  const file = weightsPath(model);
  const { size } = await stat(file);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': A_YEAR,
    etag: `"${model.sha256}"`,
  };
  if (from >= size) {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const body = Readable.toWeb(createReadStream(file, { start: from })) as ReadableStream<Uint8Array>;
  const length = { ...headers, 'content-length': String(size - from) };
  return from === 0
    ? new Response(body, { headers: length })
    : new Response(body, {
        status: 206,
        headers: { ...length, 'content-range': `bytes ${from}-${size - 1}/${size}` },
      });
}
