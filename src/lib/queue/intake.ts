import * as z from 'zod/mini';
import { backgroundKey } from './blob-keys.ts';
import { requireSize } from './bounded.ts';
import type { AcceptedFile, Submission } from './client-queue.ts';
import { QueueError } from './errors.ts';
import { displayName } from './filename.ts';
import type { FormLimits, IncomingFile, ReadForm } from './form.ts';
import { jobOptions, priority, type JobOptions } from './options.ts';
import type { Queue } from './queue.ts';
import { tooManyFiles } from './read-whole-form.ts';
import { UPLOADS_FIELD, uploadIds, type UploadedFile } from './uploaded.ts';
import type { ModelWire } from './wire.ts';

/** Carries the picture for the option `background=image`. */
export const BACKGROUND_FIELD = 'background_image';

export interface IntakeSettings {
  readonly queue: Queue;
  readonly readForm: ReadForm;
  readonly limits: FormLimits;
  readonly models: () => Promise<readonly ModelWire[]>;
  /** The model that runs where none is named, when it is certain to be installed: `models` is not asked then. */
  readonly usualModel?: string | undefined;
  /** A sentence that says how to get a model that is known and not installed. */
  readonly installHint: (id: string) => Promise<string>;
  readonly modelAliases?: ReadonlyMap<string, string> | undefined;
  /** Form field that carries the images. */
  readonly field: 'images' | 'image';
  /** Judges whom to tell when the job is over, and throws what refuses it; absent where nobody is told. */
  readonly acceptWebhook?: ((url: string) => void) | undefined;
  /** What the client sent before, piece by piece; absent where nobody can. */
  readonly uploads?: UploadsOfClient | undefined;
}

export interface UploadsOfClient {
  /** @throws QueueError `upload_not_found`, `upload_unfinished` */
  readonly finished: (id: string) => Promise<UploadedFile>;
  /** The idempotency key of a job. @throws QueueError `job_not_found` */
  readonly keyOf: (jobId: string) => Promise<string | undefined>;
}

/** A submission, and the uploads that went into it. */
export interface TakenIn extends Submission {
  readonly uploadIds: readonly string[];
}

/**
 * Reads a submission and stores its images' bytes durably, under the id of the job that is to be. On any refusal,
 * and when the client goes away, what was stored is removed again.
 * @throws QueueError
 */
export async function takeIn(request: Request, settings: IntakeSettings): Promise<TakenIn> {
  const jobId = settings.queue.newId();
  try {
    return await read(request, jobId, settings);
  } catch (cause) {
    await settings.queue.blobs.removeJob(jobId);
    throw cause;
  }
}

async function read(request: Request, jobId: string, settings: IntakeSettings): Promise<TakenIn> {
  const { queue, limits, field } = settings;
  const query = new Map(new URL(request.url).searchParams);
  // What the URL asks for is judged before any byte of an image is read.
  const fromUrl = await parseWishes(query, settings);
  requireForm(request, field);

  const files: AcceptedFile[] = [];
  const otherFields: string[] = [];
  let backgroundBytes: number | undefined;
  const fields = await settings.readForm(
    request,
    async (file) => {
      if (file.field === BACKGROUND_FIELD) {
        if (backgroundBytes !== undefined) throw secondBackground();
        const { bytes } = await queue.blobs.put(backgroundKey(jobId), file.body, {
          mediaType: mediaTypeOf(file),
          maxBytes: limits.maxFileBytes,
          signal: request.signal,
        });
        backgroundBytes = bytes;
        return;
      }
      if (file.field !== field && file.field !== `${field}[]`) {
        otherFields.push(file.field);
        await drain(file.body);
        return;
      }
      const index = files.length;
      const mediaType = mediaTypeOf(file);
      const { bytes } = await queue.blobs.put({ jobId, index, kind: 'input' }, file.body, {
        mediaType,
        maxBytes: limits.maxFileBytes,
        signal: request.signal,
      });
      files.push({ filename: displayName(file.filename, index), mediaType, bytes });
    },
    limits,
  );
  const uploaded = uploadIds(fields.get(UPLOADS_FIELD));
  await takeUploads(uploaded, request, files, jobId, settings);
  if (files.length === 0) throw noImages(field, [...fields.keys(), ...otherFields]);
  const wishes = fields.size === 0 ? fromUrl : await parseWishes(new Map([...query, ...fields]), settings);
  requireBackground(wishes.options.background, backgroundBytes);
  const idempotencyKey = idempotencyKeyOf(request);
  return { jobId, files, backgroundBytes, ...wishes, idempotencyKey, uploadIds: uploaded };
}

/** Uploads become images of the job, behind those of the form; their bytes are copied, and judged as those of a form. */
async function takeUploads(
  ids: readonly string[],
  request: Request,
  files: AcceptedFile[],
  jobId: string,
  { queue, limits, uploads }: IntakeSettings,
): Promise<void> {
  if (ids.length === 0) return;
  if (uploads === undefined) throw uploadsUnsupported(ids);
  if (files.length + ids.length > limits.maxFiles) throw tooManyFiles(limits.maxFiles);
  for (const id of ids) {
    const upload = await uploads.finished(id);
    const { filename, mediaType, bytes, usedBy } = upload;
    requireSize(bytes, limits.maxFileBytes);
    const index = files.length;
    if (usedBy === null) {
      const options = { mediaType, maxBytes: limits.maxFileBytes, signal: request.signal };
      await queue.blobs.put({ jobId, index, kind: 'input' }, upload.read(), options);
    } else {
      // A request that is repeated after its answer was lost: its key answers with the job that has the bytes.
      const key = await uploads.keyOf(usedBy).catch(() => undefined);
      if (key === undefined || key !== idempotencyKeyOf(request)) throw uploadUsed(id, usedBy);
    }
    files.push({ filename: displayName(filename, index), mediaType, bytes });
  }
}

function uploadsUnsupported(ids: readonly string[]): QueueError {
  return new QueueError(
    'option_unsupported',
    `${UPLOADS_FIELD}=${ids.join(',')} names files that were sent before, and only a server takes such. Send the images in this request.`,
    { fields: { option: UPLOADS_FIELD, value: ids.join(',') } },
  );
}

function uploadUsed(id: string, jobId: string): QueueError {
  return new QueueError(
    'upload_used',
    `Upload ${id} is in job ${jobId} already. Follow that job, or send the image again.`,
    { fields: { upload_id: id, job_id: jobId } },
  );
}

const mediaTypeOf = ({ mediaType }: IncomingFile) =>
  mediaType === '' ? 'application/octet-stream' : mediaType;

function secondBackground(): QueueError {
  return new QueueError(
    'too_many_files',
    `A submission may have one "${BACKGROUND_FIELD}"; this one has more.`,
  );
}

/** The option and the file belong together: one without the other is a mistake. */
function requireBackground(background: string, bytes: number | undefined): void {
  if ((background === 'image') === (bytes !== undefined)) return;
  throw new QueueError(
    'option_invalid',
    bytes === undefined
      ? `The option background=image needs a file in the field "${BACKGROUND_FIELD}". Attach one.`
      : `The option background=${background} uses no "${BACKGROUND_FIELD}", and there is one. Set background=image.`,
    { fields: { option: 'background', value: background } },
  );
}

async function drain(body: Blob | ReadableStream<Uint8Array>): Promise<void> {
  if (!(body instanceof Blob)) await body.pipeTo(new WritableStream());
}

/** To look at `body` is to begin to read it on a host that reads it elsewhere: the headers say enough there. */
function hasBody(request: Request): boolean {
  const length = request.headers.get('content-length');
  if (length !== null) return length !== '0';
  return request.headers.has('transfer-encoding') || request.body !== null;
}

function requireForm(request: Request, field: string): void {
  const remedy = `Send multipart/form-data with one or more "${field}" files, as curl -F ${field}=@photo.jpg does.`;
  if (!hasBody(request)) throw new QueueError('request_empty', `The request has no body. ${remedy}`);
  const type = request.headers.get('content-type');
  if (type === null) throw new QueueError('request_empty', `The request has no Content-Type. ${remedy}`);
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new QueueError('media_type_unsupported', `The request is "${type}". ${remedy}`);
  }
}

function noImages(field: string, got: readonly string[]): QueueError {
  const seen =
    got.length === 0
      ? 'The form is empty.'
      : `The form has ${got.map((name) => `"${name}"`).join(', ')}, but no file in "${field}".`;
  return new QueueError('images_missing', `${seen} Attach at least one image file in the field "${field}".`);
}

interface Wishes {
  readonly model: string;
  readonly options: JobOptions;
  readonly priority: number;
  readonly webhookUrl: string | undefined;
}

/** Model, options and priority out of text. @throws QueueError that names the option and its value. */
async function parseWishes(
  values: ReadonlyMap<string, string>,
  known: KnownModels & Pick<IntakeSettings, 'acceptWebhook'>,
): Promise<Wishes> {
  const given = Object.fromEntries(values);
  const webhookUrl = given.webhook_url === '' ? undefined : given.webhook_url;
  if (webhookUrl !== undefined) (known.acceptWebhook ?? tellNobody)(webhookUrl);
  const parsed = z.object({ ...jobOptions.shape, priority }).safeParse(given);
  if (!parsed.success) throw badOption(parsed.error, given);
  const { priority: rank, ...options } = parsed.data;
  return { model: await resolveModel(given.model, known), options, priority: rank, webhookUrl };
}

function tellNobody(url: string): never {
  throw new QueueError(
    'option_unsupported',
    `webhook_url=${url} cannot be called from here: only a server calls webhooks, and only for POST /queue/submit. Leave it out, and follow the job by GET /queue/job/{id}/events.`,
    { fields: { option: 'webhook_url', value: url } },
  );
}

function badOption(error: z.core.$ZodError, given: Record<string, string>): QueueError {
  const issue = error.issues[0];
  const option = issue?.path.map(String).join('.') ?? 'option';
  const value = given[option];
  return new QueueError('option_invalid', `${option}=${value ?? ''} ${issue?.message ?? 'is invalid'}.`, {
    fields: { option, value },
  });
}

export type KnownModels = Pick<IntakeSettings, 'models' | 'usualModel' | 'modelAliases' | 'installHint'>;

/**
 * The id of the model that runs when `name` is asked for; without a name, the default one.
 * @throws QueueError `model_unknown`, `model_not_installed`
 */
export async function resolveModel(
  name: string | undefined,
  { models: listModels, usualModel, modelAliases, installHint }: KnownModels,
): Promise<string> {
  if (usualModel !== undefined && [undefined, '', usualModel].includes(name)) return usualModel;
  const models = await listModels();
  const wanted = name === undefined || name === '' ? models.find((model) => model.default)?.id : name;
  const meant = modelAliases?.get(wanted ?? '') ?? wanted;
  const found = models.find((model) => model.id === meant);
  if (found === undefined) {
    const names = [...models.map((model) => model.id), ...(modelAliases?.keys() ?? [])].join(', ');
    throw new QueueError('model_unknown', `There is no model "${wanted ?? ''}" here. Use one of: ${names}.`, {
      fields: { model: wanted, models: models.map((model) => model.id) },
    });
  }
  if (!found.installed) {
    throw new QueueError(
      'model_not_installed',
      `The model ${found.id} is not installed here. ${await installHint(found.id)}`.trim(),
      { fields: { model: found.id } },
    );
  }
  return found.id;
}

/** @throws QueueError `option_invalid` */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (key === '' || key.length > 255) {
    throw new QueueError(
      'option_invalid',
      `An Idempotency-Key has 1 to 255 characters; this one has ${String(key.length)}.`,
    );
  }
  return key;
}
