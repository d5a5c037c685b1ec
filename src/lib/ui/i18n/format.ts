import { spoken } from './text.ts';

/* Quantities as the page's language writes them. */

const made = new Map<string, Intl.NumberFormat>();

/** To make one costs a phone some 20 ms, and progress is written many times a second: each is made once. */
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const { locale } = spoken();
  const key = JSON.stringify([locale, options]);
  const known = made.get(key) ?? new Intl.NumberFormat(locale, options);
  made.set(key, known);
  return known;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `1.2 MB`, decimal as file managers count. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // Rounded first, so that 999 600 is "1.0 MB" and not "1,000 KB".
  while (Math.round(value) >= 1_000 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit >= 2 ? 1 : 0;
  return numberFormat({
    style: 'unit',
    unit: BYTE_UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** @param fraction 0 to 1 */
export function percentText(fraction: number): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: 0 }).format(fraction);
}

/** A duration to be read, not counted: "2 min", "40 s", "1.5 h". */
export function durationText(seconds: number): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [seconds / 60, 'minute']
        : [seconds / 3_600, 'hour'];
  return numberFormat({
    style: 'unit',
    unit: String(unit),
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'hour' ? 1 : 0,
  }).format(Math.max(1, Number(value)));
}

export function dateText(date: Date): string {
  return new Intl.DateTimeFormat(spoken().locale, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

export function listText(words: readonly string[]): string {
  return new Intl.ListFormat(spoken().locale).format(words);
}
