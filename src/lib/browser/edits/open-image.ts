import { applyStrokes, Retouch } from '#matting/edits/brush/retouch.ts';
import type { Edits, Stroke } from '#matting/edits/edits.ts';
import { Scene, type View, type ViewOptions } from '#matting/edits/scene.ts';
import type { ImageCodec } from '#matting/codec.ts';
import { MattingError } from '#matting/errors.ts';
import type { Box, PixelImage } from '#matting/image.ts';
import { limitsHere } from '../matting-worker/limits.ts';
import type { EditSource } from './interface.ts';

/** An image that is looked at and drawn on. */
export class OpenImage {
  readonly key: string;
  readonly image: PixelImage;
  readonly #scene: Scene;
  readonly #retouch: Retouch;
  #drawing = false;

  constructor(key: string, image: PixelImage) {
    this.key = key;
    this.image = image;
    this.#scene = new Scene(image);
    this.#retouch = new Retouch(image);
  }

  /** Draws or takes off strokes until exactly these are on the image; not while one is being drawn. */
  bring(strokes: readonly Stroke[]): void {
    if (this.#drawing) return;
    const changed = this.#retouch.bring(strokes);
    if (changed === undefined) return;
    this.#scene.alphaChanged(changed);
    this.#scene.settle();
  }

  view(options: ViewOptions): View {
    return this.#scene.view(options);
  }

  colourAt(...of: Parameters<Scene['colourAt']>): ReturnType<Scene['colourAt']> {
    return this.#scene.colourAt(...of);
  }

  canvas(edits: Edits): { width: number; height: number } {
    return this.#scene.layout(edits);
  }

  beginStroke(stroke: Omit<Stroke, 'points'>): void {
    this.#drawing = true;
    this.#retouch.begin(stroke);
  }

  extendStroke(points: readonly number[]): Box | undefined {
    const changed = this.#retouch.extend(points);
    if (changed) this.#scene.alphaChanged(changed);
    return changed;
  }

  endStroke(): void {
    this.#drawing = false;
    this.#retouch.end();
    this.#scene.settle();
  }
}

/**
 * The photo's own colours, with the matte in their alpha. The matte is decoded first and only its alpha is kept, so
 * that two photos are never in memory at once.
 * @throws MattingError as decoding does, and `options_invalid` when the matte has not the photo's size
 */
export async function loadImage(codec: ImageCodec, source: EditSource): Promise<PixelImage> {
  const { signal } = new AbortController();
  const limits = limitsHere();
  const matte = matteOf((await codec.decode(source.matte, limits, signal)).image, source.matteIn);
  const { image } = await codec.decode(source.original, limits, signal);
  if (image.width !== matte.width || image.height !== matte.height) {
    const [of, its] = [image, matte].map(({ width, height }) => `${String(width)} × ${String(height)}`);
    throw new MattingError(
      'options_invalid',
      `The result (${its ?? ''} pixels) has not the size of its photo (${of ?? ''}), so it cannot be edited.`,
    );
  }
  const { data } = image;
  for (let i = 0, at = 3; at < data.length; i++, at += 4) data[at] = matte.data[i] ?? 0;
  return image;
}

export async function loadWithStrokes(
  codec: ImageCodec,
  source: EditSource,
  strokes: readonly Stroke[],
): Promise<PixelImage> {
  const image = await loadImage(codec, source);
  applyStrokes(image, strokes);
  return image;
}

function matteOf({ width, height, data }: PixelImage, within: EditSource['matteIn']) {
  const matte = new Uint8Array(width * height);
  const first = within === 'alpha' ? 3 : 0;
  for (let i = 0, at = first; i < matte.length; i++, at += 4) matte[i] = data[at] ?? 0;
  return { width, height, data: matte };
}
