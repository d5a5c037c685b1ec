import type { Seen } from '../../../browser/edits/interface.ts';
import type { Camera } from './camera.ts';

/** A part of the picture that has been rendered, kept so that it can be drawn under any camera and painted on. */
export class Layer {
  readonly #canvas: OffscreenCanvas;
  readonly #place: Seen['place'];
  /** Pixels of the layer a pixel of the picture. */
  readonly scale: number;

  /** The bitmap is spent. */
  constructor({ bitmap, place, scale }: Seen) {
    this.#canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    this.#place = place;
    this.scale = scale;
    this.#canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
  }

  /** Replaces what `seen` shows; it must have the layer's scale. The bitmap is spent. */
  patch({ bitmap, place, scale }: Seen): void {
    const context = this.#canvas.getContext('2d');
    if (context && scale === this.scale) {
      const x = Math.round((place.left - this.#place.left) * scale);
      const y = Math.round((place.top - this.#place.top) * scale);
      context.clearRect(x, y, bitmap.width, bitmap.height);
      context.drawImage(bitmap, x, y);
    }
    bitmap.close();
  }

  /** @param context in CSS pixels */
  draw(context: CanvasRenderingContext2D, { zoom, x, y }: Camera, crisp: boolean): void {
    const { left, top, width, height } = this.#place;
    context.imageSmoothingEnabled = !crisp;
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#canvas, x + left * zoom, y + top * zoom, width * zoom, height * zoom);
  }

  free(): void {
    this.#canvas.width = this.#canvas.height = 0;
  }
}
