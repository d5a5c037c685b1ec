import { Hono, type Context } from 'hono';
import type { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { idempotencyKeyOf } from '#queue/intake.ts';
import { bodyOf } from '../http/body-reader.ts';
import { ALGORITHMS, Checksum } from './checksum.ts';
import { readMetadata } from './metadata.ts';
import type { Upload } from './upload-store.ts';
import { offsetWrong, type Uploads } from './uploads.ts';

/** https://tus.io/protocols/resumable-upload */
const VERSION = '1.0.0';
const EXTENSIONS = ['creation', 'expiration', 'termination', 'checksum'];
const PIECE_TYPE = 'application/offset+octet-stream';

export const UPLOAD_ENDPOINTS = {
  'POST /queue/uploads': 'begin an upload that goes on after it broke off (tus 1.0.0)',
} as const;

export interface UploadRoutesHost {
  readonly uploads: Uploads;
  readonly clientOf: (request: Request) => ClientQueue;
  readonly maxFileBytes: number;
}

/** Uploads as tus 1.0.0 has them, for any client of it. A finished one goes into a job by `POST /queue/submit`. */
export function uploadRoutes({ uploads, clientOf, maxFileBytes }: UploadRoutesHost): Hono {
  const app = new Hono();
  const find = (context: Context<object, '/queue/uploads/:id'>) =>
    uploads.find(clientOf(context.req.raw).tenant, context.req.param('id'));

  app.use('/queue/uploads/*', async (context, next) => {
    // Here, so that refusals have it as well.
    context.header('tus-resumable', VERSION);
    context.header('tus-version', VERSION);
    if (!['OPTIONS', 'GET'].includes(context.req.method)) requireVersion(context.req.header('tus-resumable'));
    await next();
  });

  app.on('OPTIONS', '/queue/uploads', (context) =>
    context.body(null, 204, {
      'tus-extension': EXTENSIONS.join(','),
      'tus-max-size': String(maxFileBytes),
      'tus-checksum-algorithm': ALGORITHMS.join(','),
    }),
  );

  app.post('/queue/uploads', async (context) => {
    const { req } = context;
    const upload = await uploads.create(clientOf(req.raw), {
      length: wholeNumber('Upload-Length', req.header('upload-length')),
      metadata: req.header('upload-metadata') ?? '',
      key: idempotencyKeyOf(req.raw) ?? undefined,
    });
    return context.body(null, 201, {
      ...standing(upload),
      // Relative: whatever leads here, it leads back.
      location: `/queue/uploads/${upload.id}`,
    });
  });

  // HEAD as well, which tus asks by.
  app.get('/queue/uploads/:id', async (context) => {
    const upload = await find(context);
    const headers = { ...standing(upload), 'upload-length': String(upload.length) };
    return context.json(toWire(upload), 200, {
      ...headers,
      'cache-control': 'no-store',
      ...(upload.metadata !== '' && { 'upload-metadata': upload.metadata }),
    });
  });

  async function patch(context: Context<object, '/queue/uploads/:id'>): Promise<Response> {
    const { req } = context;
    const offset = wholeNumber('Upload-Offset', req.header('upload-offset'));
    const type = req.header('content-type');
    if (type?.toLowerCase() !== PIECE_TYPE) throw otherType(type);
    const announced = req.header('upload-checksum');
    const checksum = announced === undefined ? undefined : new Checksum(announced);
    const upload = await find(context);
    if (upload.received !== offset) throw offsetWrong(upload.received, offset);
    requireFits(upload, req.header('content-length'));
    const body = bodyOf(req.raw);
    const stands = body === undefined ? upload : await uploads.receive(upload, body, checksum);
    return context.body(null, 204, standing(stands));
  }

  async function remove(context: Context<object, '/queue/uploads/:id'>): Promise<Response> {
    await uploads.remove(await find(context));
    return context.body(null, 204);
  }

  app.patch('/queue/uploads/:id', patch);
  app.delete('/queue/uploads/:id', remove);
  // For clients behind something that lets no other methods through.
  app.post('/queue/uploads/:id', (context) => {
    const meant = context.req.header('x-http-method-override');
    if (meant === 'PATCH') return patch(context);
    if (meant === 'DELETE') return remove(context);
    throw invalid('X-HTTP-Method-Override', meant, 'PATCH or DELETE');
  });
  return app;
}

function standing(upload: Upload): Record<string, string> {
  return {
    'upload-offset': String(upload.received),
    'upload-expires': new Date(upload.expiresAt).toUTCString(),
  };
}

function toWire(upload: Upload) {
  return {
    id: upload.id,
    filename: readMetadata(upload.metadata).filename,
    offset: upload.received,
    length: upload.length,
    expires_at: new Date(upload.expiresAt).toISOString(),
    job_id: upload.usedBy,
  };
}

function requireVersion(given: string | undefined): void {
  if (given === VERSION) return;
  throw new QueueError(
    'upload_version_unsupported',
    `${given === undefined ? 'There is no header Tus-Resumable' : `Tus-Resumable is ${given}`}; this server speaks tus ${VERSION}. Send Tus-Resumable: ${VERSION}.`,
  );
}

function wholeNumber(name: string, value: string | undefined): number {
  if (value !== undefined && /^\d{1,15}$/.test(value)) return Number(value);
  throw invalid(name, value, 'a number of bytes');
}

function invalid(name: string, value: string | undefined, wanted: string): QueueError {
  const found = value === undefined ? 'is missing' : `is "${value}"`;
  return new QueueError('upload_request_invalid', `The header ${name} ${found}. Send ${wanted}.`, {
    fields: { header: name, value },
  });
}

function otherType(type: string | undefined): QueueError {
  return new QueueError(
    'media_type_unsupported',
    `The request is "${type ?? ''}". Send the bytes of an upload as ${PIECE_TYPE}.`,
  );
}

/** Known too long before a byte of it is read. */
function requireFits({ length, received }: Upload, contentLength: string | undefined): void {
  const room = length - received;
  if (contentLength === undefined || Number(contentLength) <= room) return;
  throw new QueueError(
    'request_too_large',
    `The upload lacks ${String(room)} bytes, and the request has ${contentLength}. Is it of another file?`,
    { fields: { max_bytes: room } },
  );
}
