import type { RasterFormat } from '#matting/sniff.ts';

/** What Chromium, Firefox and Safari all decode, and HEIC, for which there is a decoder of our own. */
export const DECODABLE = [
  'jpeg',
  'png',
  'webp',
  'gif',
  'bmp',
  'avif',
  'heic',
] as const satisfies readonly RasterFormat[];
