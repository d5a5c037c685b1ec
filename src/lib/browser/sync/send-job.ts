import { createClient } from '#client/client.ts';
import { OffcutError } from '#client/errors.ts';
import { createHttp } from '#client/http.ts';
import type { OutgoingFile, SendJob, ServerLink } from './interface.ts';
import { sendInPieces, type PieceSender } from './send-in-pieces.ts';

/** A form of up to so many bytes is sent again when its line breaks: quicker than asking how much of it came. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/**
 * Sends a job: a small one as a form; the images of a large one in pieces, by tus, each of which is sent once whatever
 * happens. Where an image is at the server says the server, which knows it by the job's key and its index.
 */
export const sendJob: SendJob = async (link, job, { signal, onFraction }) => {
  const bytes = job.files.reduce((sum, { blob }) => sum + blob.size, 0);
  onFraction(0);
  const uploads =
    bytes > WHOLE_BYTES ? await sendImages(link, job, bytes, { signal, onFraction }) : undefined;
  const { job_id: remoteId } = await createClient(link).submit(uploads === undefined ? job.files : [], {
    ...job.options,
    uploads: uploads?.join(','),
    background_image: job.background,
    model: job.model,
    priority: job.priority,
    idempotencyKey: job.idempotencyKey,
    signal,
  });
  onFraction(1);
  return { remoteId };
};

/** @returns the ids of the uploads, or `undefined` when the server is an older one, which takes none */
async function sendImages(
  link: ServerLink,
  { idempotencyKey, files }: { readonly idempotencyKey: string; readonly files: readonly OutgoingFile[] },
  bytes: number,
  { signal, onFraction }: Parameters<SendJob>[2],
): Promise<string[] | undefined> {
  const ids: string[] = [];
  let sent = 0;
  for (const [index, file] of files.entries()) {
    const sender: PieceSender = {
      http: createHttp(link),
      key: `${idempotencyKey}/${String(index)}`,
      signal,
      onOffset: (offset) => onFraction((sent + offset) / bytes),
    };
    try {
      ids.push(await sendInPieces(file, sender));
    } catch (cause) {
      if (index === 0 && isUnknownRoute(cause)) return undefined;
      throw cause;
    }
    sent += file.blob.size;
  }
  return ids;
}

function isUnknownRoute(cause: unknown): boolean {
  return cause instanceof OffcutError && cause.code === 'route_not_found';
}
