import { boundedChunks } from '#queue/bounded.ts';
import type { CompatHost } from '../host.ts';
import { drain, type SourceImages } from '../source-images.ts';
import { invalidParameter, RemoveBgError } from './errors.ts';
import { readParameters, type Parameters, type RemoveBgWishes } from './parameters.ts';

/** Everything but the images. */
const FIELD_BYTES = 64 * 1024;

/**
 * Reads a request in any of the three encodings, and puts its image, and the background's, into storage.
 * @throws RemoveBgError, QueueError
 */
export async function readRequest(
  host: CompatHost,
  request: Request,
  images: SourceImages,
): Promise<RemoveBgWishes> {
  const type = request.headers.get('content-type') ?? '';
  const given = /^application\/json\b/i.test(type)
    ? await readJson(host, request)
    : await readForm(host, request, type, images);
  const hasBackground = images.hasBackground || Boolean(given.get('bg_image_url'));
  // Before anything is fetched or decoded.
  const wishes = readParameters(given, hasBackground);
  await takeSource(given, images);
  await takeBackground(given, images);
  return wishes;
}

async function readForm(
  host: CompatHost,
  request: Request,
  type: string,
  images: SourceImages,
): Promise<Parameters> {
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)) {
    throw new RemoveBgError(
      'invalid_content_type',
      'Content type not supported',
      `The request is "${type}". Send multipart/form-data, application/x-www-form-urlencoded or application/json.`,
    );
  }
  const { maxFileBytes } = host.formLimits;
  return host.readForm(
    request,
    async (file) => {
      if (file.field === 'image_file' && !images.hasInput) await images.takeInput(file);
      else if (file.field === 'bg_image_file' && !images.hasBackground) await images.takeBackground(file);
      else await drain(file.body);
    },
    { ...host.formLimits, maxFiles: 10, maxFieldBytes: base64Bytes(maxFileBytes) },
  );
}

const base64Bytes = (bytes: number) => Math.ceil(bytes / 3) * 4 + FIELD_BYTES;

async function readJson(host: CompatHost, request: Request): Promise<Parameters> {
  const value = parseJson(await wholeText(request, base64Bytes(host.formLimits.maxFileBytes)));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notJson();
  const scalars = Object.entries(value).filter(([, entry]) => entry !== null);
  return new Map(scalars.map(([name, entry]) => [name, scalar(name, entry)]));
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw invalidParameter(name, JSON.stringify(value), 'text, a number, true or false');
}

async function wholeText({ body, signal }: Request, maxBytes: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of boundedChunks(body, { maxBytes, signal })) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function notJson(): RemoveBgError {
  return new RemoveBgError(
    'invalid_json',
    'The body is no JSON object',
    'Send an object such as {"image_url": "https://…"}.',
  );
}

async function takeSource(given: Parameters, images: SourceImages): Promise<void> {
  const url = given.get('image_url') ?? '';
  const base64 = given.get('image_file_b64') ?? '';
  const sources = [images.hasInput, url !== '', base64 !== ''].filter(Boolean).length;
  if (sources === 0) {
    throw new RemoveBgError(
      'missing_source',
      'Please provide the source image',
      'Send it in the image_url, image_file or image_file_b64 parameter.',
    );
  }
  if (sources > 1) {
    throw new RemoveBgError(
      'multiple_sources',
      'Multiple image sources given',
      'Give one of image_url, image_file and image_file_b64, and leave the others empty.',
    );
  }
  if (url !== '') await images.fetchInput(url);
  if (base64 !== '') {
    await images.takeInput({ body: fromBase64(base64), filename: '', mediaType: 'application/octet-stream' });
  }
}

async function takeBackground(given: Parameters, images: SourceImages): Promise<void> {
  const url = given.get('bg_image_url') ?? '';
  if (url === '') return;
  if (images.hasBackground) {
    throw new RemoveBgError(
      'multiple_backgrounds',
      'Multiple backgrounds given',
      'Give one of bg_color, bg_image_file and bg_image_url, and leave the others empty.',
    );
  }
  await images.fetchBackground(url);
}

/** Also of a data URL, which many clients send as it is. */
function fromBase64(text: string): Blob {
  const digits = text.replace(/^data:[^,]{0,100},/, '');
  const bytes = Buffer.from(digits, 'base64');
  if (bytes.length > 0) return new Blob([bytes]);
  throw invalidParameter('image_file_b64', text, 'an image, encoded as base64');
}
