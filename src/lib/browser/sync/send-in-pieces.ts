import { OffcutError } from '#client/errors.ts';
import type { Http } from '#client/http.ts';
import type { OutgoingFile } from './interface.ts';

/** As much as the server keeps at a time: what is lost when the line breaks is sent again. */
const PIECE_BYTES = 4 * 1024 * 1024;

const TUS = { 'tus-resumable': '1.0.0' } as const;

export interface PieceSender {
  readonly http: Http;
  /** The same for the same file, each time that it is sent: the server tells by it how far it has got. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Told of the bytes that the server keeps. */
  readonly onOffset: (offset: number) => void;
}

/**
 * Sends a file by tus 1.0.0, from wherever the server has got to. Nothing of it is kept here, so that another tab, or
 * this one next week, goes on as well.
 * @returns the id of the upload, all of whose bytes the server keeps
 * @throws OffcutError, or the signal's reason
 */
export async function sendInPieces({ name, blob }: OutgoingFile, sender: PieceSender): Promise<string> {
  const { http, key, signal, onOffset } = sender;
  const metadata = [
    ['filename', name],
    ['filetype', blob.type],
  ].map(([field = '', text = '']) => `${field} ${base64(text)}`);
  const begun = await http.open('/queue/uploads', {
    method: 'POST',
    headers: {
      ...TUS,
      'idempotency-key': key,
      'upload-length': String(blob.size),
      'upload-metadata': metadata.join(','),
    },
    signal,
  });
  const id = begun.headers.get('location')?.split('/').at(-1);
  if (id === undefined) throw unreadable('location');
  let offset = offsetOf(begun);
  onOffset(offset);
  while (offset < blob.size) {
    offset = await sendPiece(id, blob, offset, sender);
    onOffset(offset);
  }
  return id;
}

/** @returns where the upload stands now */
async function sendPiece(
  id: string,
  blob: Blob,
  offset: number,
  { http, signal }: PieceSender,
): Promise<number> {
  const headers = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
  };
  // Without a type: the request has one of its own.
  const body = blob.slice(offset, offset + PIECE_BYTES, '');
  try {
    return offsetOf(await http.open(`/queue/uploads/${id}`, { method: 'PATCH', headers, body, signal }));
  } catch (cause) {
    // The answer to an earlier piece got lost, or another tab goes on with it as well.
    const stands =
      cause instanceof OffcutError && cause.code === 'upload_offset_wrong' && cause.problem?.offset;
    if (typeof stands === 'number' && stands !== offset) return stands;
    throw cause;
  }
}

function offsetOf({ headers }: Response): number {
  const text = headers.get('upload-offset');
  if (text === null || !/^\d{1,15}$/.test(text)) throw unreadable('upload-offset');
  return Number(text);
}

/** A browser shows the headers of another origin's answer only if the answer says so. */
function unreadable(header: string): OffcutError {
  return new OffcutError(
    'answer_invalid',
    0,
    `The server does not say by ${header} where the upload stands. Does a proxy before it drop headers?`,
  );
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
