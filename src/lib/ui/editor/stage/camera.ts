/* Where the picture is on the stage. Lengths of the stage are CSS pixels, those of the picture its own. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Camera {
  /** CSS pixels a pixel of the picture. */
  readonly zoom: number;
  /** Of the picture's upper left corner, on the stage. */
  readonly x: number;
  readonly y: number;
}

/** A pixel of the picture is then as large as a thumb. */
export const MOST_ZOOM = 48;
/** Room around a picture that is fitted in; below it are the controls that lie over the stage. */
const EDGE = 16;
const FOOT = 68;
/** How much of the picture stays on the stage, however far it is moved. */
const KEPT = 48;

/** All of the picture, centred; small pictures at most twice as large as they are. */
export function fitted(picture: Size, stage: Size): Camera {
  const zoom = fitZoom(picture, stage);
  return {
    zoom,
    x: (stage.width - picture.width * zoom) / 2,
    y: EDGE + (roomIn(stage).height - picture.height * zoom) / 2,
  };
}

export function fitZoom(picture: Size, stage: Size): number {
  const room = roomIn(stage);
  return Math.min(room.width / picture.width, room.height / picture.height, 2);
}

function roomIn({ width, height }: Size): Size {
  return { width: Math.max(width - 2 * EDGE, 32), height: Math.max(height - EDGE - FOOT, 32) };
}

/** `zoom` times as large as it is, what is at `at` staying where it is. */
export function zoomed(camera: Camera, zoom: number, at: Point, picture: Size, stage: Size): Camera {
  const least = Math.min(fitZoom(picture, stage) / 2, 1);
  const bounded = Math.min(Math.max(zoom, least), MOST_ZOOM);
  const factor = bounded / camera.zoom;
  const moved = { zoom: bounded, x: at.x - (at.x - camera.x) * factor, y: at.y - (at.y - camera.y) * factor };
  return kept(moved, picture, stage);
}

export function panned(camera: Camera, by: Point, picture: Size, stage: Size): Camera {
  return kept({ ...camera, x: camera.x + by.x, y: camera.y + by.y }, picture, stage);
}

/** Never out of sight. */
function kept({ zoom, x, y }: Camera, picture: Size, stage: Size): Camera {
  const bound = (at: number, length: number, room: number) => {
    const edge = Math.min(KEPT, length / 2, room / 2);
    return Math.min(Math.max(at, edge - length), room - edge);
  };
  return {
    zoom,
    x: bound(x, picture.width * zoom, stage.width),
    y: bound(y, picture.height * zoom, stage.height),
  };
}

export function toPicture(camera: Camera, { x, y }: Point): Point {
  return { x: (x - camera.x) / camera.zoom, y: (y - camera.y) / camera.zoom };
}

/** What of the picture is on the stage, in its pixels; undefined when nothing is. */
export function visiblePart(camera: Camera, picture: Size, stage: Size) {
  const from = toPicture(camera, { x: 0, y: 0 });
  const to = toPicture(camera, { x: stage.width, y: stage.height });
  const left = Math.max(0, Math.floor(from.x));
  const top = Math.max(0, Math.floor(from.y));
  const right = Math.min(picture.width, Math.ceil(to.x));
  const bottom = Math.min(picture.height, Math.ceil(to.y));
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : undefined;
}
