/**
 * What a file is and how large, from its own bytes: neither name nor MIME type is believed. Both hosts ask this
 * before they decode, so that a header of 30000 × 30000 pixels costs nothing and no SVG or PDF reaches a renderer.
 */
import { MattingError, type MattingWarning } from './errors.ts';
import { readBmp } from './sniff/bmp.ts';
import { readGif } from './sniff/gif.ts';
import { ascii, type Header, type HeaderReader } from './sniff/header.ts';
import { heifBrands, readHeif } from './sniff/heif.ts';
import { readJpeg } from './sniff/jpeg.ts';
import { readPng } from './sniff/png.ts';
import { readTiff } from './sniff/tiff.ts';
import { readWebp } from './sniff/webp.ts';

const READERS = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  gif: readGif,
  bmp: readBmp,
  tiff: readTiff,
  avif: readHeif,
  heic: readHeif,
} satisfies Record<string, HeaderReader>;

/** Raster formats whose size can be read; which of them a host decodes is the host's to say. */
export type RasterFormat = keyof typeof READERS;
export const RASTER_FORMATS = Object.keys(READERS) as readonly RasterFormat[];
/** Recognised only so that an error can name them. */
export type OtherFormat = 'svg' | 'html' | 'pdf' | 'zip' | 'psd' | 'jxl' | 'video' | 'unknown';
export type FileFormat = RasterFormat | OtherFormat;

const TITLES: Record<FileFormat, string> = {
  jpeg: 'a JPEG image',
  png: 'a PNG image',
  webp: 'a WebP image',
  gif: 'a GIF image',
  bmp: 'a BMP image',
  tiff: 'a TIFF image',
  avif: 'an AVIF image',
  heic: 'a HEIC image',
  svg: 'an SVG drawing',
  html: 'a web page',
  pdf: 'a PDF document',
  zip: 'a zip archive',
  psd: 'a Photoshop document',
  jxl: 'a JPEG XL image',
  video: 'a video',
  unknown: 'no image that can be recognised',
};

export interface Sniffed extends Header {
  readonly format: RasterFormat;
}

export interface SniffRules {
  /** Width × height. */
  readonly maxPixels: number;
  /** The formats that this host decodes. */
  readonly decodable: readonly RasterFormat[];
}

/** The format by its signature alone. */
export function fileFormat(bytes: Uint8Array): FileFormat {
  const start = ascii(bytes, 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^RIFF....WEBP/s.test(start)) return 'webp';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  if (start.startsWith('BM')) return 'bmp';
  if (start.slice(4, 8) === 'ftyp') return isoMediaFormat(bytes);
  if (start.startsWith('PK\x03\x04')) return 'zip';
  if (start.startsWith('8BPS')) return 'psd';
  if (start.startsWith('\xff\x0a') || start.slice(4, 8) === 'JXL ') return 'jxl';
  return textFormat(ascii(bytes, 0, 1024));
}

function isoMediaFormat(bytes: Uint8Array): FileFormat {
  const brands = heifBrands(bytes);
  const hasAny = (...wanted: string[]) => brands.some((brand) => wanted.includes(brand));
  if (hasAny('avif', 'avis')) return 'avif';
  return hasAny('heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1') ? 'heic' : 'video';
}

function textFormat(text: string): FileFormat {
  if (text.includes('%PDF-')) return 'pdf';
  // A drawing may open with a byte order mark, an XML declaration, comments and a doctype.
  if (/^[^<\0]{0,16}<[\s\S]*<svg\b|^[^<\0]{0,16}<svg\b/i.test(text)) return 'svg';
  return /^\s*<(!doctype html|html)\b/i.test(text) ? 'html' : 'unknown';
}

/**
 * Format, size and structural warnings of an image.
 * @throws MattingError `image_empty`, `image_unsupported`, `image_too_large`, or `image_undecodable` when the file
 * ends inside its header
 */
export function sniff(bytes: Uint8Array, rules: SniffRules): Sniffed {
  if (bytes.length === 0)
    throw new MattingError('image_empty', 'The file is empty (0 bytes); choose another.');
  const format = fileFormat(bytes);
  if (!isDecodable(format, rules)) throw unsupported(format, rules);
  const header = readHeader(bytes, format);
  const { width, height } = header;
  if (width * height > rules.maxPixels) throw tooLarge(width, height, rules.maxPixels);
  const warnings = header.animated ? [...header.warnings, firstFrameOnly(format)] : header.warnings;
  return { ...header, format, warnings };
}

function isDecodable(format: FileFormat, { decodable }: SniffRules): format is RasterFormat {
  return (decodable as readonly FileFormat[]).includes(format);
}

function readHeader(bytes: Uint8Array, format: RasterFormat): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const header = READERS[format](bytes, view);
    if (header.width > 0 && header.height > 0) return header;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new MattingError(
    'image_undecodable',
    `The file is ${TITLES[format]} whose header is damaged or cut off (${bytes.length} bytes); export or download it again.`,
  );
}

function unsupported(format: FileFormat, { decodable }: SniffRules): MattingError {
  const names = new Intl.ListFormat('en', { type: 'disjunction' });
  const wanted = names.format(decodable.map((name) => TITLES[name].split(' ')[1]));
  return new MattingError(
    'image_unsupported',
    `The file is ${TITLES[format]}, which cannot be read here; convert it to ${wanted}.`,
  );
}

function tooLarge(width: number, height: number, maxPixels: number): MattingError {
  const mega = (pixels: number) => `${Math.round(pixels / 1e4) / 100} megapixels`;
  return new MattingError(
    'image_too_large',
    `The image has ${width} × ${height} pixels (${mega(width * height)}), and the limit is ${mega(maxPixels)}; scale it down first.`,
  );
}

function firstFrameOnly(format: RasterFormat): MattingWarning {
  const what = format === 'tiff' ? 'has several pages' : 'is animated';
  return {
    code: 'image_animated',
    message: `The image ${what}; only the first ${what === 'is animated' ? 'frame' : 'page'} was used.`,
  };
}
