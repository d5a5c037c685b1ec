/** The editor as its user handles it. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import sharp from 'sharp';
import { fitted, type Point, type Size } from '../../src/lib/ui/editor/stage/camera.ts';
import type { OffcutPage } from './offcut-page.ts';

export interface Pixels extends Size {
  readonly data: Uint8Array;
  readonly format: string;
  readonly filename: string;
}

export class EditorPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens a finished picture in the editor. */
  static async open(app: OffcutPage, filename: string): Promise<EditorPage> {
    await app.card(filename).getByTestId('card-open').click();
    const editor = new EditorPage(app.page);
    await editor.ready();
    return editor;
  }

  /** The editor that is open already. */
  static async attach(page: Page): Promise<EditorPage> {
    const editor = new EditorPage(page);
    await editor.ready();
    return editor;
  }

  async ready(): Promise<void> {
    await this.page.locator('[data-testid="stage"][data-ready="true"]').waitFor({ timeout: 60_000 });
  }

  by(testid: string): Locator {
    return this.page.getByTestId(testid);
  }

  async choose(tab: 'background' | 'frame' | 'brush' | 'save'): Promise<void> {
    if ((await this.by(`tab-${tab}`).getAttribute('aria-selected')) !== 'true')
      await this.by(`tab-${tab}`).click();
    await this.by('panel').waitFor();
  }

  /** One of the choices in the panel, by what is written on it. */
  async pick(text: string): Promise<void> {
    await this.by('panel').getByText(text, { exact: true }).click();
  }

  async slide(testid: string, value: number): Promise<void> {
    await this.by(testid).fill(String(value));
  }

  /** Where a pixel of a picture that is fitted in lies in the window. */
  async onScreen(picture: Size, { x, y }: Point): Promise<Point> {
    const box = await this.by('stage').boundingBox();
    if (box === null) throw new Error('The stage is not to be seen.');
    const camera = fitted(picture, box);
    return { x: box.x + camera.x + x * camera.zoom, y: box.y + camera.y + y * camera.zoom };
  }

  /** What the download button saves, decoded. */
  async export(button = 'viewer-download'): Promise<Pixels> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.by(button).click()]);
    return decoded(await readFile(await download.path()), download.suggestedFilename());
  }
}

export async function decoded(bytes: Uint8Array, filename: string): Promise<Pixels> {
  const { format } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, format, filename };
}

/** Red, green, blue and alpha. */
export function pixelAt({ data, width }: Pixels, { x, y }: Point): number[] {
  const at = (Math.floor(y) * width + Math.floor(x)) * 4;
  return [...data.subarray(at, at + 4)];
}

/** Whether a pixel shows: the network leaves a level or two of haze in what is wholly subject or wholly not. */
export function showsAt(pixels: Pixels, at: Point): 'wholly' | 'partly' | 'not at all' {
  const alpha = pixelAt(pixels, at)[3] ?? 0;
  if (alpha > 247) return 'wholly';
  return alpha < 8 ? 'not at all' : 'partly';
}

/** The middle of the largest square that is wholly `solid`, or wholly clear: a place that no edge is near. */
export function middleOf(pixels: Pixels, solid: boolean): Point {
  const { width, height } = pixels;
  // https://en.wikipedia.org/wiki/Largest_empty_rectangle: squares that end at each pixel, from those before it.
  const sides = new Uint16Array(width * height);
  let best = { side: 0, x: 0, y: 0 };
  for (let y = 1; y < height; y++) {
    for (let x = 1; x < width; x++) {
      const at = y * width + x;
      const alpha = pixels.data[at * 4 + 3] ?? 0;
      if (solid ? alpha < 250 : alpha > 5) continue;
      const side = Math.min(sides[at - 1] ?? 0, sides[at - width] ?? 0, sides[at - width - 1] ?? 0) + 1;
      sides[at] = side;
      if (side > best.side) best = { side, x: x - side / 2, y: y - side / 2 };
    }
  }
  if (best.side < 12) throw new Error('There is no such place in the picture.');
  return { x: best.x, y: best.y };
}
