import type { MattingWarning } from './errors.ts';
import type { PixelImage } from './image.ts';

export interface DecodeLimits {
  /** Width × height as the header states them; checked before any pixel is allocated. */
  readonly maxPixels: number;
}

export interface Decoded {
  readonly image: PixelImage;
  readonly warnings: MattingWarning[];
}

export const OUTPUT_FORMATS = ['png', 'webp', 'jpeg'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface EncodeTarget {
  readonly format: OutputFormat;
  /** 1 to 100, for webp and jpeg. */
  readonly quality?: number;
  /** A hint that the image is opaque with R = G = B, so that it may be stored in one channel. */
  readonly grey?: boolean;
}

/** Port to the host's image library. */
export interface ImageCodec {
  /**
   * Reads any supported file, upright (EXIF orientation applied) and in sRGB. The caller owns the pixels and may
   * write into them. Type and size come from the bytes, never from the blob's name or MIME type.
   * @throws MattingError `image_empty`, `image_unsupported`, `image_too_large`, `image_undecodable`, `aborted`
   */
  decode(bytes: Blob, limits: DecodeLimits, signal: AbortSignal): Promise<Decoded>;
  /**
   * Writes straight RGBA; colours under a zero alpha are kept. For jpeg the image must be opaque already.
   * @throws MattingError `encode_failed`, `aborted`
   */
  encode(image: PixelImage, to: EncodeTarget, signal: AbortSignal): Promise<Blob>;
}

export const MIME_TYPES = {
  png: 'image/png',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
} as const satisfies Record<OutputFormat, string>;
