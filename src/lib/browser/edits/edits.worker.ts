import { expose, transfer } from 'comlink';
import { resized } from '#matting/arrange.ts';
import { renderEdits } from '#matting/edits/render.ts';
import { Pyramid } from '#matting/edits/pyramid.ts';
import type { View } from '#matting/edits/scene.ts';
import { MattingError } from '#matting/errors.ts';
import { type Edits, type ExportFormat, NO_EDITS, type Stroke } from '#matting/edits/edits.ts';
import type { Box, PixelImage } from '#matting/image.ts';
import { createBrowserCodec } from '../matting-worker/codec.ts';
import { ownArray } from '../matting-worker/codec/png-in-wasm.ts';
import { limitsHere } from '../matting-worker/limits.ts';
import { carryErrorsWhole } from '../matting-worker/transfer.ts';
import { encodeAs, findFormats } from './encode-as.ts';
import type {
  EditSource,
  EditsWorker,
  Exported,
  ExportTask,
  Opened,
  PictureSource,
  Seen,
  ViewRequest,
} from './interface.ts';
import { loadImage, loadWithStrokes, OpenImage } from './open-image.ts';

/** An export of more pixels than this, together with the open image, makes the open image go: 12 bytes each. */
const MOST_PIXELS = 60e6;
const PREVIEW_QUALITY = 82;

class Service implements EditsWorker {
  readonly #codec = createBrowserCodec();
  /** Work on pixels is done one after the other: each piece may need all the memory there is. */
  #last: Promise<unknown> = Promise.resolve();
  #open: OpenImage | undefined;
  #picture: { id: string; pyramid: Pyramid } | undefined;

  open(source: EditSource): Promise<Opened> {
    return this.#inTurn(async () => {
      if (this.#open?.key !== source.key) {
        this.#open = undefined;
        this.#open = new OpenImage(source.key, await loadImage(this.#codec, source));
      }
      const { width, height } = this.#open.image;
      return { width, height };
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#open = undefined;
      this.#picture = undefined;
    });
  }

  view(request: ViewRequest): Promise<Seen | undefined> {
    return this.#inTurn(async () => {
      const open = this.#opened(request.key);
      open?.bring(request.edits.strokes);
      return open && this.#see(open, request);
    });
  }

  beginStroke(key: string, stroke: Omit<Stroke, 'points'>): Promise<void> {
    return this.#inTurn(async () => this.#opened(key)?.beginStroke(stroke));
  }

  extendStroke(points: readonly number[], request: ViewRequest): Promise<Seen | undefined> {
    return this.#inTurn(async () => {
      const open = this.#opened(request.key);
      const changed = open?.extendStroke(points);
      return open && changed && this.#see(open, { ...request, part: changed });
    });
  }

  endStroke(): Promise<void> {
    return this.#inTurn(async () => this.#open?.endStroke());
  }

  colourAt({ key, edits, sight }: ViewRequest, x: number, y: number): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const rgb = this.#opened(key)?.colourAt(edits, sight, x, y);
      return rgb && `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
    });
  }

  export(task: ExportTask): Promise<Exported> {
    return this.#inTurn(async () => {
      const image = await this.#render(task);
      const { format, quality } = task.edits.output;
      return {
        blob: await encodeAs(image, format, quality),
        width: image.width,
        height: image.height,
      };
    });
  }

  preview(task: ExportTask, edge: number): Promise<Blob> {
    return this.#inTurn(async () => {
      const image = this.#small(await this.#imageOf(task), task, edge, await this.#pictureOf(task));
      const formats = await findFormats();
      return encodeAs(image, formats.includes('webp') ? 'webp' : 'png', PREVIEW_QUALITY);
    });
  }

  formats(): Promise<ExportFormat[]> {
    return findFormats();
  }

  async #render(task: ExportTask): Promise<PixelImage> {
    const image = await loadWithStrokes(this.#codec, task.source, task.edits.strokes);
    if (this.#open && pixelsOf(this.#open.image) + pixelsOf(image) > MOST_PIXELS) this.#open = undefined;
    const { frame } = task.edits;
    const picture = await this.#pictureOf(task, frame.size ?? image);
    return renderEdits(image, task.edits, picture);
  }

  /** The open image, when it is this one; else another, which is not kept. */
  async #imageOf({ source, edits }: ExportTask): Promise<OpenImage> {
    const open = this.#opened(source.key) ?? new OpenImage(source.key, await loadImage(this.#codec, source));
    open.bring(edits.strokes);
    return open;
  }

  #small(open: OpenImage, { edits }: ExportTask, edge: number, picture: PixelImage | undefined): PixelImage {
    const canvas = open.canvas(edits);
    const scale = Math.min(1, edge / Math.max(canvas.width, canvas.height));
    const { image } = open.view({ sight: 'result', edits, picture, scale: levelScale(scale) });
    const width = Math.max(1, Math.round(canvas.width * scale));
    const height = Math.max(1, Math.round(canvas.height * scale));
    return resized(image, width, height);
  }

  async #see(open: OpenImage, request: ViewRequest): Promise<Seen> {
    const { sight, edits, part, ghost, mostPixels = Infinity } = request;
    const canvas = open.canvas(sight === 'brush' ? { ...edits, frame: NO_EDITS.frame } : edits);
    const pixels = part ?? canvas;
    const most = Math.sqrt(mostPixels / (pixels.width * pixels.height));
    const scale = levelScale(Math.min(1, request.scale, most), most);
    const picture = await this.#pictureOf(request, canvas, scale);
    return seen(open.view({ sight, edits, picture, scale, part, ghost }), scale);
  }

  #opened(key: string): OpenImage | undefined {
    return this.#open?.key === key ? this.#open : undefined;
  }

  /** The background, no more than twice as large as it is needed. */
  async #pictureOf(
    { edits, picture }: { edits: Edits; picture?: PictureSource | undefined },
    canvas: { width: number; height: number } = { width: 1024, height: 1024 },
    scale = 1,
  ): Promise<PixelImage | undefined> {
    if (edits.background.kind !== 'picture' || picture === undefined) return undefined;
    if (this.#picture?.id !== picture.id) {
      const image = await this.#readPicture(picture.image);
      this.#picture = { id: picture.id, pyramid: new Pyramid(image) };
    }
    const { pyramid } = this.#picture;
    const full = pyramid.level(0);
    const needed = Math.max(canvas.width / full.width, canvas.height / full.height) * scale;
    return pyramid.level(pyramid.coarsest(Math.min(1, needed)));
  }

  async #readPicture(blob: Blob): Promise<PixelImage> {
    try {
      return (await this.#codec.decode(blob, limitsHere(), new AbortController().signal)).image;
    } catch (cause) {
      if (!(cause instanceof MattingError)) throw cause;
      throw new MattingError(cause.code, `The background image cannot be used. ${cause.message}`, { cause });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

const pixelsOf = ({ width, height }: { width: number; height: number }) => width * height;

/** The next power of a half that is at least `scale`; the one below it when that would be more than `most`. */
function levelScale(scale: number, most = Infinity): number {
  const level = 0.5 ** Math.max(Math.floor(Math.log2(1 / scale) + 1e-9), 0);
  return level > most * 1.5 ? level / 2 : level;
}

async function seen({ image, box, canvas }: View, scale: number): Promise<Seen> {
  const bitmap = await createImageBitmap(new ImageData(ownArray(image), image.width, image.height));
  const place: Box = {
    left: box.left / scale,
    top: box.top / scale,
    width: box.width / scale,
    height: box.height / scale,
  };
  return transfer({ bitmap, place, canvas, scale }, [bitmap]);
}

carryErrorsWhole();
expose(new Service());
