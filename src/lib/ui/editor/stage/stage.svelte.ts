import type { Edits } from '#matting/edits/edits.ts';
import type { OpenItem, ViewOf } from '../../../browser/edits/item-edits.ts';
import type { Brush } from '../brush.svelte.ts';
import type { Editing } from '../editing.svelte.ts';
import {
  type Camera,
  fitted,
  fitZoom,
  panned,
  type Point,
  type Size,
  toPicture,
  visiblePart,
  zoomed,
} from './camera.ts';
import type { DrawnPoint, GestureHandlers } from './gestures.ts';
import { SightOnStage } from './sight.ts';
import { StrokeSender } from './stroke-sender.ts';

/** What a pointer on the picture does. */
export type Tool = 'look' | 'brush' | 'pick';

/** How strongly what was removed shows through while brushing. */
const GHOST = 0.28;

export interface StageParts {
  readonly item: OpenItem;
  readonly editing: Editing;
  readonly brush: Brush;
  readonly onpick: (colour: string) => void;
  readonly onproblem: (cause: unknown) => void;
}

/** The picture on the stage: where it lies, what is seen of it, and what a pointer does to it. */
export class Stage {
  tool = $state<Tool>('look');
  comparing = $state(true);
  /** Per cent of the picture's visible width that shows the photo. */
  split = $state(50);
  camera = $state.raw<Camera>({ zoom: 1, x: 0, y: 0 });
  /** Pixels of the picture; undefined before the first view. */
  picture = $state.raw<Size>();
  size = $state.raw<Size>({ width: 0, height: 0 });
  hover = $state.raw<Point>();
  /** Counts what makes the stage look different. */
  drawn = $state(0);

  readonly #parts: StageParts;
  readonly #result: SightOnStage;
  readonly #photo: SightOnStage;
  #fits = true;
  #stroke: StrokeSender | undefined;
  #strokes: Promise<void> = Promise.resolve();

  constructor(parts: StageParts) {
    this.#parts = parts;
    const look = (of: ViewOf) => parts.item.view(of);
    const changed = (canvas: Size | undefined) => {
      if (canvas) this.#takePicture(canvas);
      this.drawn += 1;
    };
    this.#result = new SightOnStage(look, changed, parts.onproblem);
    this.#photo = new SightOnStage(look, changed, parts.onproblem);
  }

  get showsPhoto(): boolean {
    return this.comparing && this.tool === 'look';
  }

  /** Of the split, CSS pixels from the stage's left. */
  get splitX(): number {
    const [from, to] = this.#visibleWidth();
    return from + ((to - from) * this.split) / 100;
  }

  get percent(): number {
    return this.camera.zoom * this.#pixelRatio * 100;
  }

  get #pixelRatio(): number {
    return globalThis.devicePixelRatio || 1;
  }

  // What is seen

  /** To be called with every change of the edits, the tool or the comparison. */
  show(edits: Edits): void {
    const { brush } = this.#parts;
    if (this.tool === 'brush') this.#result.want({ sight: 'brush', edits, ghost: brush.ghost ? GHOST : 0 });
    else this.#result.want({ sight: 'result', edits });
    if (this.showsPhoto) this.#photo.want({ sight: 'photo', edits });
  }

  resize(size: Size): void {
    this.size = size;
    this.#look(this.#fits && this.picture ? fitted(this.picture, size) : this.camera);
  }

  draw(context: CanvasRenderingContext2D, checker: CanvasPattern | string): void {
    const { width, height } = this.size;
    const ratio = this.#pixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (this.picture === undefined) return;
    // On whole pixels of the screen: a seam of what lies behind would show at the edge.
    const snap = (at: number) => Math.round(at * ratio) / ratio;
    const camera = { zoom: this.camera.zoom, x: snap(this.camera.x), y: snap(this.camera.y) };
    const { zoom, x, y } = camera;
    context.fillStyle = checker;
    context.fillRect(x, y, this.picture.width * zoom, this.picture.height * zoom);
    this.#result.draw(context, camera, ratio);
    if (!this.showsPhoto || !this.#photo.ready) return;
    context.save();
    context.beginPath();
    context.rect(0, 0, this.splitX, height);
    context.clip();
    context.fillRect(x, y, this.picture.width * zoom, this.picture.height * zoom);
    this.#photo.draw(context, camera, ratio);
    context.restore();
  }

  // The camera

  fit(): void {
    if (this.picture === undefined) return;
    this.#fits = true;
    this.#look(fitted(this.picture, this.size));
  }

  /** One pixel of the picture is one of the screen. */
  actualSize(at: Point = this.#middle()): void {
    this.#zoomTo(1 / this.#pixelRatio, at);
  }

  zoomBy(factor: number, at: Point = this.#middle()): void {
    this.#zoomTo(this.camera.zoom * factor, at);
  }

  pan(by: Point): void {
    if (this.picture === undefined) return;
    this.#fits = false;
    this.#look(panned(this.camera, by, this.picture, this.size));
  }

  // Pointers

  readonly gestures: GestureHandlers = {
    begin: () => {
      if (this.tool === 'brush') return 'draw';
      return this.showsPhoto && this.#isWholeInSight() ? 'split' : 'pan';
    },
    pan: (by) => this.pan(by),
    split: (at) => this.moveSplit(at.x),
    zoom: (factor, at) => this.zoomBy(factor, at),
    draw: (points) => this.#draw(points),
    endDraw: (kept) => this.#endDraw(kept),
    tap: (at) => void this.#pick(at),
    doubleTap: (at) => this.toggleZoom(at),
    hover: (at) => {
      this.hover = at;
    },
  };

  /** To the pixels, or back to the whole. */
  toggleZoom(at: Point = this.#middle()): void {
    if (this.#fits && this.picture) {
      const closer = Math.max(1 / this.#pixelRatio, fitZoom(this.picture, this.size) * 2.5);
      this.#zoomTo(closer, at);
    } else this.fit();
  }

  moveSplit(x: number): void {
    const [from, to] = this.#visibleWidth();
    this.split = Math.min(Math.max(Math.round(((x - from) / (to - from)) * 100), 0), 100);
  }

  /** One dab of the brush where it is, for those who use no pointer. */
  dab(at: Point): void {
    this.#draw([{ ...at, pressure: 1 }]);
    this.#endDraw(true);
  }

  close(): void {
    this.#result.close();
    this.#photo.close();
  }

  #draw(points: readonly DrawnPoint[]): void {
    this.#stroke ??= this.#beginStroke();
    for (const point of points) {
      const { x, y } = toPicture(this.camera, point);
      this.#stroke.add(x, y, point.pressure);
    }
  }

  #beginStroke(): StrokeSender {
    const { item, brush, editing } = this.#parts;
    const radius = Math.min(Math.max(brush.size / 2 / this.camera.zoom, 0.5), 5000);
    const { mode, hardness, snap } = brush;
    const view = (): ViewOf => ({
      sight: 'brush',
      edits: editing.edits,
      ghost: brush.ghost ? GHOST : 0,
      scale: this.#result.scale,
    });
    const tip = { id: crypto.randomUUID(), mode, radius, hardness, snap };
    return new StrokeSender(item, tip, view, (seen) => this.#result.patch(seen), this.#strokes);
  }

  /** One that was not meant is drawn and undone, so that both ways are the same. */
  #endDraw(kept: boolean): void {
    const stroke = this.#stroke;
    if (stroke === undefined) return;
    this.#stroke = undefined;
    const { editing, onproblem } = this.#parts;
    this.#strokes = stroke.end().then(
      (whole) => {
        if (kept) editing.addStroke(whole);
        else this.show(editing.edits);
      },
      (cause: unknown) => {
        onproblem(cause);
        this.show(editing.edits);
      },
    );
  }

  async #pick(at: Point): Promise<void> {
    if (this.tool !== 'pick') return;
    const { item, editing, onpick, onproblem } = this.#parts;
    const { x, y } = toPicture(this.camera, at);
    const of: ViewOf = { sight: 'result', edits: editing.edits, scale: 1 };
    try {
      const colour = await item.colourAt(of, x, y);
      if (colour !== undefined) onpick(colour);
    } catch (cause) {
      onproblem(cause);
    }
  }

  #zoomTo(zoom: number, at: Point): void {
    if (this.picture === undefined) return;
    this.#fits = false;
    this.#look(zoomed(this.camera, zoom, at, this.picture, this.size));
  }

  #look(camera: Camera): void {
    this.camera = camera;
    const part = this.picture && visiblePart(camera, this.picture, this.size);
    const focus = { part, density: camera.zoom * this.#pixelRatio };
    this.#result.focus(focus);
    if (this.showsPhoto) this.#photo.focus(focus);
    this.drawn += 1;
  }

  #takePicture(canvas: Size): void {
    const { picture } = this;
    if (picture?.width === canvas.width && picture.height === canvas.height) return;
    this.picture = canvas;
    // Another shape is another picture: where the old one was looked at means nothing.
    this.fit();
  }

  #isWholeInSight(): boolean {
    const { picture, size, camera } = this;
    if (picture === undefined) return false;
    return camera.x >= 0 && camera.x + picture.width * camera.zoom <= size.width;
  }

  #visibleWidth(): [number, number] {
    const { x, zoom } = this.camera;
    const width = (this.picture?.width ?? 1) * zoom;
    return [Math.max(0, x), Math.max(Math.min(this.size.width, x + width), Math.max(0, x) + 1)];
  }

  #middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }
}
