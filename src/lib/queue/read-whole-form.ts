import { QueueError } from './errors.ts';
import type { FormLimits, IncomingFile, ReadForm } from './form.ts';

/** `ReadForm` by the platform's own parser, which keeps files out of memory where it can (browsers do). */
export const readWholeForm: ReadForm = async (request, onFile, limits) =>
  readParsedForm(await parse(request), onFile, limits);

/** The rest of a `ReadForm`, for a form that is parsed already. */
export async function readParsedForm(
  form: FormData,
  onFile: (file: IncomingFile) => Promise<void>,
  limits: FormLimits,
): Promise<ReadonlyMap<string, string>> {
  const files = [...form].filter((entry): entry is [string, File] => typeof entry[1] !== 'string');
  if (files.length > limits.maxFiles) throw tooManyFiles(limits.maxFiles);
  const fields = new Map<string, string>();
  for (const [field, value] of form) {
    if (typeof value === 'string') fields.set(field, value);
    else await onFile({ field, filename: value.name, mediaType: value.type, body: value });
  }
  return fields;
}

async function parse(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (cause) {
    throw malformedForm(cause);
  }
}

export function malformedForm(cause: unknown): QueueError {
  return new QueueError(
    'request_malformed',
    'The body is not a complete multipart form. Send it as multipart/form-data with a boundary, as curl -F does.',
    { cause },
  );
}

export function tooManyFiles(maxFiles: number): QueueError {
  return new QueueError(
    'too_many_files',
    `A request may carry at most ${String(maxFiles)} files. Send the rest in another request.`,
    { fields: { max_files: maxFiles } },
  );
}
