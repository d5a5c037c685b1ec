import { QueueError } from '#queue/errors.ts';

const MOST_CHARACTERS = 4096;

/** What clients call the name and the type of a file: the first is tus-js-client's word, the second Uppy's. */
const NAMES = ['filename', 'name'];
const TYPES = ['filetype', 'type'];

/**
 * Reads `Upload-Metadata`: `key base64,key base64`, where a value may be missing.
 * @throws QueueError `upload_request_invalid`
 */
export function readMetadata(header: string): { filename: string; mediaType: string } {
  if (header.length > MOST_CHARACTERS) {
    throw unreadable(`has ${String(header.length)} characters, and may have ${String(MOST_CHARACTERS)}`);
  }
  const values = new Map(
    header
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '')
      .map((pair) => readPair(pair)),
  );
  const first = (keys: readonly string[]) =>
    keys.map((key) => values.get(key) ?? '').find((value) => value !== '');
  return {
    filename: first(NAMES) ?? '',
    mediaType: first(TYPES) ?? 'application/octet-stream',
  };
}

function readPair(pair: string): [key: string, value: string] {
  const [, key, value = ''] = /^([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z\d+/]*={0,2}))?$/.exec(pair) ?? [];
  if (key === undefined) throw unreadable(`has "${pair}", which is no key with a value in base64`);
  return [key, Buffer.from(value, 'base64').toString('utf8')];
}

function unreadable(what: string): QueueError {
  return new QueueError(
    'upload_request_invalid',
    `The header Upload-Metadata ${what}. Send it as in: filename cGhvdG8uanBn,filetype aW1hZ2UvanBlZw==`,
  );
}
