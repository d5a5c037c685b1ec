import { z } from 'zod';
import { QueueError } from './errors.ts';
import { displayName } from './filename.ts';
import type { FormLimits, ReadForm } from './form.ts';
import { jobOptions, priority, UNSUPPORTED_OPTIONS, type JobOptions } from './options.ts';
import type { AcceptedFile, Queue, Submission } from './queue.ts';
import type { ModelWire } from './wire.ts';

export interface IntakeSettings {
  readonly queue: Queue;
  readonly readForm: ReadForm;
  readonly limits: FormLimits;
  readonly models: readonly ModelWire[];
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
  const fromUrl = parseWishes(query, settings);
  requireForm(request, field);

  const files: AcceptedFile[] = [];
  const otherFields: string[] = [];
  const fields = await settings.readForm(
    request,
    async (file) => {
      if (file.field !== field && file.field !== `${field}[]`) {
        otherFields.push(file.field);
        await drain(file.body);
        return;
      }
      const index = files.length;
      const mediaType = file.mediaType === '' ? 'application/octet-stream' : file.mediaType;
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
  const wishes = fields.size === 0 ? fromUrl : parseWishes(new Map([...query, ...fields]), settings);
  return { jobId, files, ...wishes, idempotencyKey: idempotencyKeyOf(request) };
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
function parseWishes(values: ReadonlyMap<string, string>, known: KnownModels): Wishes {
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
  return { model: resolveModel(given.model, known), options, priority: rank };
}

function badOption(error: z.ZodError, given: Record<string, string>): QueueError {
  const issue = error.issues[0];
  const option = issue?.path.map(String).join('.') ?? 'option';
  const value = given[option];
  return new QueueError(
    'option_invalid',
    `The option ${option}=${value ?? ''}: ${issue?.message ?? 'is invalid'}.`,
    {
      fields: { option, value },
    },
  );
}

type KnownModels = Pick<IntakeSettings, 'models' | 'modelAliases'>;

function resolveModel(name: string | undefined, { models, modelAliases }: KnownModels): string {
  const wanted = name === undefined || name === '' ? models.find((model) => model.default)?.id : name;
  const meant = modelAliases?.get(wanted ?? '') ?? wanted;
  const found = models.find((model) => model.id === meant);
  if (found === undefined) {
    const names = [...models.map((model) => model.id), ...(modelAliases?.keys() ?? [])].join(', ');
    throw new QueueError('model_unknown', `There is no model "${wanted ?? ''}" here. Use one of: ${names}.`, {
      fields: { model: wanted, models: models.map((model) => model.id) },
    });
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
