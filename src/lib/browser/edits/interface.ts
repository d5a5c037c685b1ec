import type { Edits, ExportFormat, Stroke } from '#matting/edits/edits.ts';
import type { Sight } from '#matting/edits/scene.ts';
import type { Box } from '#matting/image.ts';

/* What the page and the worker for edits say to each other. The page imports this file and never the worker's source. */

/** An image as the queue keeps it: what came in, and where the matte is: the result's alpha, or the grey of a mask. */
export interface EditSource {
  /** `jobId/index`. */
  readonly key: string;
  readonly original: Blob;
  readonly matte: Blob;
  readonly matteIn: 'alpha' | 'grey';
}

export interface PictureSource {
  readonly id: string;
  readonly image: Blob;
}

export interface Opened {
  /** Pixels of the photo. */
  readonly width: number;
  readonly height: number;
}

/** What is to be seen. Without `part` it is the whole canvas, of which `scale` may be lowered to `mostPixels`. */
export interface ViewRequest {
  readonly key: string;
  readonly sight: Sight;
  readonly edits: Edits;
  readonly picture?: PictureSource | undefined;
  /** Device pixels a canvas pixel, at most 1: the view has at least these. */
  readonly scale: number;
  /** In pixels of the full canvas. */
  readonly part?: Box | undefined;
  readonly mostPixels?: number | undefined;
  readonly ghost?: number | undefined;
}

export interface Seen {
  readonly bitmap: ImageBitmap;
  /** Where the bitmap belongs, in pixels of the full canvas; not whole. */
  readonly place: Box;
  /** Pixels of the full canvas. */
  readonly canvas: { readonly width: number; readonly height: number };
  /** Pixels of the bitmap a canvas pixel. */
  readonly scale: number;
}

export interface ExportTask {
  readonly source: EditSource;
  readonly edits: Edits;
  readonly picture?: PictureSource | undefined;
}

export interface Exported {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}

/**
 * One image at a time is open for looking at and drawing on; views of an image that is not open answer undefined, and
 * it has to be opened again: an export may have needed its memory. All throw MattingError.
 */
export interface EditsWorker {
  /** @throws MattingError `options_invalid` when the matte has not the photo's size */
  open(source: EditSource): Promise<Opened>;
  close(): Promise<void>;
  view(request: ViewRequest): Promise<Seen | undefined>;
  /** The brush touches the image: what follows extends this stroke, until `endStroke`. */
  beginStroke(key: string, stroke: Omit<Stroke, 'points'>): Promise<void>;
  /** Draws on, and answers how what changed looks now; undefined when nothing did. */
  extendStroke(points: readonly number[], request: ViewRequest): Promise<Seen | undefined>;
  endStroke(): Promise<void>;
  /** The photo's own colour at a place of the canvas, as `#rrggbb`. */
  colourAt(request: ViewRequest, x: number, y: number): Promise<string | undefined>;
  export(task: ExportTask): Promise<Exported>;
  /** As WebP, PNG where the browser writes none. @param edge pixels of the longer side at most */
  preview(task: ExportTask, edge: number): Promise<Blob>;
  formats(): Promise<ExportFormat[]>;
}
