import type { ExportFormat } from '#matting/edits/edits.ts';
import { displayName } from '#queue/filename.ts';

export interface NameParts {
  /** Of the file that came in, with its ending. */
  readonly filename: string;
  /** From 1. */
  readonly number: number;
  /** How many there may be: numbers are padded to its length. */
  readonly count?: number | undefined;
  readonly date: Date;
  readonly width: number;
  readonly height: number;
  readonly model: string;
  readonly format: ExportFormat;
}

const ENDINGS = { png: 'png', webp: 'webp', jpeg: 'jpg', avif: 'avif' } as const satisfies Record<
  ExportFormat,
  string
>;
/** What may stand in a pattern, between braces. */
export const PLACEHOLDERS = ['name', 'index', 'date', 'width', 'height', 'model'] as const;
const LONGEST = 150;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file: such names mean devices, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A file's name by a pattern such as `{name}-{width}x{height}`; unknown placeholders stay as they are. */
export function exportName(pattern: string, parts: NameParts): string {
  const values: Readonly<Record<string, string>> = {
    name: parts.filename.replace(/\.[^.]{1,5}$/, '') || parts.filename,
    index: String(parts.number).padStart(String(parts.count ?? 0).length, '0'),
    date: isoDay(parts.date),
    width: String(parts.width),
    height: String(parts.height),
    model: parts.model,
  };
  const filled = pattern.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
  return `${safe(filled, parts.number)}.${ENDINGS[parts.format]}`;
}

/** Slashes would make folders of some systems and be refused by others; a dot at the start hides a file. */
function safe(name: string, number: number): string {
  const flat = displayName(name.replace(/[\\/]/g, '-'), number - 1);
  const short = flat.slice(0, LONGEST).replace(/^[. ]+|[. ]+$/g, '') || 'image';
  return DEVICES.test(short) ? `_${short}` : short;
}

/** By the device's own calendar. */
function isoDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
