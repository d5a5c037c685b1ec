import * as z from 'zod/mini';
import { QueueError } from './errors.ts';
import { displayName } from './filename.ts';
import type { FormLimits, IncomingFile, ReadForm } from './form.ts';
import { jobOptions, priority, UNSUPPORTED_OPTIONS, type JobOptions } from './options.ts';
import { backgroundKey, type AcceptedFile, type Queue, type Submission } from './queue.ts';
import type { ModelWire } from './wire.ts';

/** Carries the picture for the option `background=image`. */
export const BACKGROUND_FIELD = 'background_image';

export interface IntakeSettings {
  readonly queue: Queue;
  readonly readForm: ReadForm;
  readonly limits: FormLimits;
  readonly models: readonly ModelWire[];
  /** A sentence that says how to get a model that is known and not installed. */
  readonly installHint: (id: string) => Promise<string>;
  readonly modelAliases?: ReadonlyMap<string, string> | undefined;
  /** Form field that carries the images. */
  readonly field: 'images' | 'image';
}

/**
 * Reads a submission and stores its images' bytes durably, under the id of the job that is to be. On any refusal,
 * and when the client goes away, what was stored is removed again.
 * @throws QueueError
 */
export async function takeIn(request: Request, settings: IntakeSettings): Promise<Submission> {
  const jobId = settings.queue.newId();
  try {
    return await read(request, jobId, settings);
  } catch (cause) {
    await settings.queue.blobs.removeJob(jobId);
    throw cause;
  }
}

async function read(request: Request, jobId: string, settings: IntakeSettings): Promise<Submission> {
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
  if (files.length === 0) throw noImages(field, [...fields.keys(), ...otherFields]);
  const wishes = fields.size === 0 ? fromUrl : await parseWishes(new Map([...query, ...fields]), settings);
  requireBackground(wishes.options.background, backgroundBytes);
  return { jobId, files, backgroundBytes, ...wishes, idempotencyKey: idempotencyKeyOf(request) };
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

function requireForm(request: Request, field: string): void {
  const remedy = `Send multipart/form-data with one or more "${field}" files, as curl -F ${field}=@photo.jpg does.`;
  if (request.body === null) throw new QueueError('request_empty', `The request has no body. ${remedy}`);
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
}

/** Model, options and priority out of text. @throws QueueError that names the option and its value. */
async function parseWishes(values: ReadonlyMap<string, string>, known: KnownModels): Promise<Wishes> {
  const given = Object.fromEntries(values);
  for (const name of UNSUPPORTED_OPTIONS) {
    if (given[name] !== undefined && !['', 'false', '0', 'none'].includes(given[name])) {
      throw new QueueError(
        'option_unsupported',
        `The option ${name}=${given[name]} is not supported by this version. Leave it out.`,
        { fields: { option: name, value: given[name] } },
      );
    }
  }
  const parsed = z.object({ ...jobOptions.shape, priority }).safeParse(given);
  if (!parsed.success) throw badOption(parsed.error, given);
  const { priority: rank, ...options } = parsed.data;
  return { model: await resolveModel(given.model, known), options, priority: rank };
}

function badOption(error: z.core.$ZodError, given: Record<string, string>): QueueError {
  const issue = error.issues[0];
  const option = issue?.path.map(String).join('.') ?? 'option';
  const value = given[option];
  return new QueueError('option_invalid', `${option}=${value ?? ''} ${issue?.message ?? 'is invalid'}.`, {
    fields: { option, value },
  });
}

export type KnownModels = Pick<IntakeSettings, 'models' | 'modelAliases' | 'installHint'>;

/**
 * The id of the model that runs when `name` is asked for; without a name, the default one.
 * @throws QueueError `model_unknown`, `model_not_installed`
 */
export async function resolveModel(
  name: string | undefined,
  { models, modelAliases, installHint }: KnownModels,
): Promise<string> {
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

function idempotencyKeyOf(request: Request): string | null {
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
