import { QueueError } from './errors.ts';

/** Form field with the ids of uploads that are to be images of the job, with commas between them. */
export const UPLOADS_FIELD = 'uploads';

/** A file that came in before, piece by piece. */
export interface UploadedFile {
  /** As the client gave it: any text, not to be trusted. */
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** The job that was made of it before; there is nothing to read then. */
  readonly usedBy: string | null;
  read(): ReadableStream<Uint8Array>;
}

/** The finished uploads of all clients; what a tenant does not own does not exist for it. */
export interface UploadedFiles {
  /** @throws QueueError `upload_not_found`, `upload_unfinished` */
  finished(tenant: string, id: string): Promise<UploadedFile>;

  /** The bytes of these are in a job now. */
  used(ids: readonly string[], jobId: string): Promise<void>;
}

/** @throws QueueError `option_invalid` for an id that comes twice */
export function uploadIds(field: string | undefined): string[] {
  const ids = (field ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return ids;
  throw new QueueError(
    'option_invalid',
    `${UPLOADS_FIELD} names the upload ${twice} twice. Name each once.`,
    {
      fields: { option: UPLOADS_FIELD, value: field },
    },
  );
}
