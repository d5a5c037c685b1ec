/** Pixels, or per cent of whatever the length is measured against. */
export interface Length {
  readonly value: number;
  readonly unit: 'px' | '%';
}

/** `30px`, `12.5%` or several, separated by spaces; undefined for anything else. */
export function parseLengths(text: string): Length[] | undefined {
  const lengths = text.trim().split(/\s+/).map(parseLength);
  return lengths.every((length) => length !== undefined) ? lengths : undefined;
}

function parseLength(text: string): Length | undefined {
  const match = /^(\d+(?:\.\d+)?)(px|%)$/.exec(text);
  if (match === null) return undefined;
  return { value: Number(match[1]), unit: match[2] === '%' ? '%' : 'px' };
}

/** In pixels, not rounded. `whole`: what 100 % is. */
export function inPixels({ value, unit }: Length, whole: number): number {
  return unit === 'px' ? value : (value / 100) * whole;
}
