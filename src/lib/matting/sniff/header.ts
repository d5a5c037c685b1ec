import type { MattingWarning } from '../errors.ts';

/** What a file's own bytes say of it. */
export interface Header {
  /** Pixels as stored, before EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** More than one frame or page; only the first is used. */
  readonly animated: boolean;
  /** Structural damage that a decoder may survive. */
  readonly warnings: readonly MattingWarning[];
}

/**
 * Reads the header of one format whose signature has matched.
 * Reading past the end throws DataView's RangeError, which the caller takes as "ends inside its header".
 */
export type HeaderReader = (bytes: Uint8Array, view: DataView) => Header;

/** Latin-1 text at `offset`; shorter than `length` at the end of the file. */
export function ascii(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

export function truncated(format: string): MattingWarning {
  return {
    code: 'image_truncated',
    message: `The ${format} file ends too early; the part that is missing was filled in.`,
  };
}
