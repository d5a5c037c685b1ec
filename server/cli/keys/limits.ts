import type { KeyLimits } from '../../access/key-store.ts';
import { DEFAULT_KEY_LIMITS } from '../../access/new-key.ts';
import { usage } from '../command.ts';

export const LIMIT_OPTIONS = {
  rate: { type: 'string' },
  images: { type: 'string' },
  'max-jobs': { type: 'string' },
  'max-waiting': { type: 'string' },
  'max-bytes': { type: 'string' },
} as const;

type Given = { readonly [Name in keyof typeof LIMIT_OPTIONS]?: string | undefined };

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** @throws CliError that names the option and its value */
export function readLimits(given: Given, help: string): KeyLimits {
  const read = (name: keyof Given, pattern: RegExp, example: string, usual: number | null) => {
    const text = given[name];
    if (text === undefined) return usual;
    if (text === 'none') return null;
    const [, digits, unit = ''] = pattern.exec(text) ?? [];
    const value = Number(digits) * (UNITS[unit.toUpperCase()] ?? NaN);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw usage(`--${name} ${text} is neither ${example} nor none.`, help);
  };
  const rate = /^(\d{1,9})()(?:\/min)?$/;
  const count = /^(\d{1,9})()$/;
  const usual = DEFAULT_KEY_LIMITS;
  return {
    requestsPerMinute: read('rate', rate, 'a rate such as 600/min', usual.requestsPerMinute),
    imagesPerMinute: read('images', rate, 'a rate such as 100/min', usual.imagesPerMinute),
    maxJobs: read('max-jobs', count, 'a number such as 1000', usual.maxJobs),
    maxWaiting: read('max-waiting', count, 'a number such as 500', usual.maxWaiting),
    maxBytes: read('max-bytes', /^(\d{1,15})([KMGT]?)B?$/i, 'a size such as 10G', usual.maxBytes),
  };
}

/** Such as `600 requests/min, 10 GB`. */
export function limitWords({
  requestsPerMinute,
  imagesPerMinute,
  maxJobs,
  maxWaiting,
  maxBytes,
}: KeyLimits): string {
  const words = [
    requestsPerMinute !== null && `${String(requestsPerMinute)} requests/min`,
    imagesPerMinute !== null && `${String(imagesPerMinute)} images/min`,
    maxJobs !== null && `${String(maxJobs)} jobs`,
    maxWaiting !== null && `${String(maxWaiting)} waiting`,
    maxBytes !== null && `${String(maxBytes / 1e9)} GB`,
  ];
  return words.filter((word) => word !== false).join(', ') || 'no limits';
}
