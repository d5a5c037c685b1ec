import type { Edits, ExportFormat, Stroke } from '#matting/edits/edits.ts';
import type { Unsubscribe } from '../observable.ts';
import type { Seen, ViewRequest } from './interface.ts';

/** One image of one job. */
export interface ItemRef {
  readonly jobId: string;
  /** From 0. */
  readonly index: number;
}

/** A file to be saved: `name` is safe, and unique only within what it was asked for. */
export interface ExportedFile {
  readonly blob: Blob;
  readonly name: string;
}

export interface ExportControl {
  readonly signal?: AbortSignal | undefined;
  /** What `{index}` is in the file name, from 1; by default the image's own place in its job. */
  readonly number?: number | undefined;
}

/** `updatedAt` by `jobId/index`, for every image that was edited. */
export type EditedItems = ReadonlyMap<string, number>;

/** What a view of an open image is of: the image and its background picture are known already. */
export type ViewOf = Omit<ViewRequest, 'key' | 'picture'>;

/** An image that is looked at and drawn on, one at a time. */
export interface OpenItem {
  /** Pixels of the photo. */
  readonly width: number;
  readonly height: number;
  view(of: ViewOf): Promise<Seen>;
  beginStroke(stroke: Omit<Stroke, 'points'>): Promise<void>;
  /** Draws on; answers how what changed looks now, undefined when nothing did. */
  extendStroke(points: readonly number[], of: ViewOf): Promise<Seen | undefined>;
  endStroke(): Promise<void>;
  /** The photo's own colour at a place of the canvas, `#rrggbb`; undefined beside the photo. */
  colourAt(of: ViewOf, x: number, y: number): Promise<string | undefined>;
  /** Gives its memory back. */
  close(): Promise<void>;
}

/** Why a result cannot be edited: what it was made with is in its pixels. `gone`: the photo is no longer here. */
export type NotEditable = 'painted' | 'cut' | 'gone';

/**
 * Edits of finished images: kept beside their jobs, seen by all tabs, removed with the job. Inputs and results stay
 * as they are. Methods reject with a `QueueError` or `MattingError`, whose messages can be shown.
 */
export interface ItemEdits {
  /** Undefined when the image was not edited. */
  get(item: ItemRef): Promise<Edits | undefined>;
  /** Replaces the edits of one image; edits that change nothing are removed. */
  save(item: ItemRef, edits: Edits): Promise<void>;
  /**
   * Gives these images the look of `edits`: all but the brush strokes, of which each keeps its own. All or none.
   * @returns takes it back: each image has the edits that it had before
   */
  applyTo(items: readonly ItemRef[], edits: Edits): Promise<() => Promise<void>>;
  reset(items: readonly ItemRef[]): Promise<void>;
  /** Hears the present state at once, then every change, from whichever tab. */
  observe(listener: (edited: EditedItems) => void): Unsubscribe;

  /** Keeps an image to be used as a background, and names it. The same image gets the same name. */
  addPicture(image: Blob): Promise<string>;
  picture(id: string): Promise<Blob | undefined>;

  /** What stands in the way of editing the result; undefined when nothing does. */
  obstacle(item: ItemRef): Promise<NotEditable | undefined>;
  /** Opens an image for the editor. @throws QueueError or MattingError when it cannot be edited */
  open(item: ItemRef): Promise<OpenItem>;
  /**
   * Submits the photo of a result that cannot be edited once more, as a plain cutout, with edits that make it look as
   * the result does. @returns the new image, which has to be finished before it can be opened
   */
  makeEditable(item: ItemRef): Promise<ItemRef>;

  /**
   * What a user saves: the result with its edits, in the format and under the name that they ask for. An image without
   * edits gives its result untouched, under the name of its file.
   */
  exportItem(item: ItemRef, control?: ExportControl): Promise<ExportedFile>;
  /** A small rendering (WebP, longer side at most 800 pixels) with the edits, kept until they change; undefined without edits. */
  preview(item: ItemRef): Promise<Blob | undefined>;
  /** What this browser can write, found out by writing. */
  formats(): Promise<readonly ExportFormat[]>;
}
