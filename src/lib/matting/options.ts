import type { OutputFormat } from './codec.ts';

/** Straight RGBA, each 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

export type Background =
  | { readonly kind: 'transparent' }
  | { readonly kind: 'colour'; readonly rgba: Rgba }
  | { readonly kind: 'blur' };

/** `mask` is the network's answer alone, in grey: an alpha that the image itself has is not in it. */
export const OUTPUTS = ['cutout', 'mask'] as const;
export type Output = (typeof OUTPUTS)[number];

/** What the user asked for. A jpeg has no alpha: its transparent background becomes white. */
export interface CutoutOptions {
  readonly format: OutputFormat;
  readonly background: Background;
  readonly output: Output;
  /** Cut down to the subject's bounding box. */
  readonly crop: boolean;
}

export const DEFAULT_OPTIONS: CutoutOptions = {
  format: 'png',
  background: { kind: 'transparent' },
  output: 'cutout',
  crop: false,
};

/** `#rgb`, `#rrggbb` or `#rrggbbaa` in either case; undefined for anything else. */
export function parseColour(text: string): Rgba | undefined {
  if (/^#[0-9a-f]{3}$/i.test(text)) return parseColour(text.replace(/[0-9a-f]/gi, '$&$&'));
  if (!/^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(text)) return undefined;
  const at = (index: number) => Number.parseInt(text.slice(index, index + 2), 16);
  return [at(1), at(3), at(5), text.length === 9 ? at(7) : 255];
}

/** `transparent`, `blur` or a colour as `parseColour` reads it; undefined for anything else. */
export function parseBackground(text: string): Background | undefined {
  if (text === 'transparent' || text === 'blur') return { kind: text };
  const rgba = parseColour(text);
  return rgba && { kind: 'colour', rgba };
}
