import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * A key is `offcut_<id>_<secret><checksum>`: 12, 32 and 6 characters of base62, so that a double click selects all of
 * it. The prefix lets scanners of code and logs find one, and the checksum lets them (and us) tell one from a string
 * that only looks so, without asking a server.
 */

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
/** 190 bits. */
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const KEY = /^offcut_([0-9A-Za-z]{12})_[0-9A-Za-z]{38}$/;

export interface NewKeyText {
  readonly id: string;
  /** The whole key. Shown once, and kept nowhere. */
  readonly text: string;
}

export function newKeyText(): NewKeyText {
  const id = random62(ID_LENGTH);
  const body = `offcut_${id}_${random62(SECRET_LENGTH)}`;
  return { id, text: body + checksumOf(body) };
}

/** The id in a key; undefined for what is none, be it by a slip of one character. */
export function idOfKeyText(text: string): string | undefined {
  const id = KEY.exec(text)?.[1];
  return id !== undefined && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
    ? id
    : undefined;
}

/**
 * What is stored of a key. A plain SHA-256 is right here, and a slow hash is not: those make up for passwords that can
 * be guessed, and nobody guesses 190 random bits. A slow one would only let strangers keep the processor busy.
 */
export function hashOfKeyText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Takes the same time wherever the two differ. */
export function isHashOf(hash: string, text: string): boolean {
  const expected = Buffer.from(hash, 'hex');
  const given = createHash('sha256').update(text).digest();
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function random62(length: number): string {
  return Array.from({ length }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
}
