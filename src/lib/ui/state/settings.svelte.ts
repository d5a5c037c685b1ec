import type { JobOptions } from '#queue/options.ts';

export type Format = JobOptions['format'];
export type Output = JobOptions['output'];
export type BackgroundKind = 'transparent' | 'colour' | 'blur';

/** Names of formats are the same in every language; in the order in which they are offered. */
export const FORMAT_LABELS = { png: 'PNG', webp: 'WebP', jpeg: 'JPEG' } as const satisfies Record<
  Format,
  string
>;
const OUTPUTS = { cutout: true, mask: true } as const satisfies Record<Output, true>;
const BACKGROUNDS = { transparent: true, colour: true, blur: true } as const satisfies Record<
  BackgroundKind,
  true
>;

interface Saved {
  readonly format: Format;
  readonly output: Output;
  readonly background: BackgroundKind;
  readonly colour: string;
  readonly crop: boolean;
  readonly refine: boolean;
  readonly model: string;
}

const KEY = 'offcut.settings';
const DEFAULTS: Saved = {
  format: 'png',
  output: 'cutout',
  background: 'transparent',
  colour: '#ffffff',
  crop: false,
  refine: false,
  model: '',
};

/** How the next images are to come out. */
export class Settings {
  format = $state<Format>(DEFAULTS.format);
  output = $state<Output>(DEFAULTS.output);
  background = $state<BackgroundKind>(DEFAULTS.background);
  /** `#rrggbb`, for the background "colour". */
  colour = $state(DEFAULTS.colour);
  crop = $state(DEFAULTS.crop);
  /** Edges drawn again from the photo's own colours. */
  refine = $state(DEFAULTS.refine);
  /** Id of a model; empty for the default one. */
  model = $state(DEFAULTS.model);

  readonly saved: Saved = $derived({
    format: this.format,
    output: this.output,
    background: this.background,
    colour: this.colour,
    crop: this.crop,
    refine: this.refine,
    model: this.model,
  });

  readonly options: JobOptions = $derived({
    format: this.format,
    output: this.output,
    background: this.background === 'colour' ? this.colour : this.background,
    crop: this.crop,
    ...(this.refine && { refine: 'fast' }),
  });

  readonly formatLabel = $derived(FORMAT_LABELS[this.format]);

  /** Takes what `save` stored, as far as this version still offers it. Merely naming the storage throws where it is forbidden. */
  load(storage: () => Storage): void {
    const { format, output, background, colour, crop, refine, model } = readSaved(storage);
    if (isKey(FORMAT_LABELS, format)) this.format = format;
    if (isKey(OUTPUTS, output)) this.output = output;
    if (isKey(BACKGROUNDS, background)) this.background = background;
    if (typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour)) this.colour = colour;
    this.crop = crop === true;
    this.refine = refine === true;
    this.model = typeof model === 'string' ? model : '';
  }

  save(storage: () => Storage): void {
    const text = JSON.stringify(this.saved);
    try {
      storage().setItem(KEY, text);
    } catch {
      // Storage that is full or forbidden costs the memory of these choices, and nothing else.
    }
  }
}

function readSaved(storage: () => Storage): Partial<Record<keyof Saved, unknown>> {
  try {
    const value: unknown = JSON.parse(storage().getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isKey<T extends object>(labels: T, key: unknown): key is keyof T {
  return typeof key === 'string' && Object.hasOwn(labels, key);
}
