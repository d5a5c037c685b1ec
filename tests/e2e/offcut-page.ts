/** The app as its user handles it: by what is on the page. */
import type { BrowserContext, Locator, Page } from 'playwright';
import type { State } from '#queue/states.ts';
import type { Photo } from './photos.ts';

export class OffcutPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** The app in a tab that is there already. */
  static at(page: Page): OffcutPage {
    return new OffcutPage(page);
  }

  /** Opens the app in a new tab. */
  static async open(context: BrowserContext, url: string): Promise<OffcutPage> {
    const page = await context.newPage();
    await page.goto(url);
    await page.getByTestId('offline-badge').waitFor();
    return new OffcutPage(page);
  }

  /** Everything that the app needs is stored, and the service worker answers for this tab. */
  async worksOffline(): Promise<void> {
    await this.page
      .locator('[data-testid="offline-badge"] [data-state="ready"]')
      .waitFor({ state: 'attached' });
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }

  async add(...photos: readonly Photo[]): Promise<void> {
    const files = photos.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: bytes }));
    await this.page.getByTestId('file-input').first().setInputFiles(files);
  }

  card(filename: string): Locator {
    return this.page.getByTestId('card').filter({ hasText: filename });
  }

  cards(state?: State): Locator {
    const all = this.page.getByTestId('card');
    return state === undefined ? all : this.page.locator(`[data-testid="card"][data-state="${state}"]`);
  }

  /** Waits for the card of a file to show a state. */
  async reaches(filename: string, state: State): Promise<void> {
    await this.page
      .locator(`[data-testid="card"][data-state="${state}"]`)
      .filter({ hasText: filename })
      .waitFor({ timeout: 120_000 });
  }

  /** A request of the page's own script to the contract, as a developer would try it in the console. */
  json(path: string): Promise<{ status: number; body: unknown }> {
    return this.page.evaluate(async (to) => {
      const answer = await fetch(to);
      const body: unknown = await answer.json();
      return { status: answer.status, body };
    }, path);
  }

  /** Width, height and how many pixels are clear, half clear and solid, of a result. */
  alphaOf(resultUrl: string): Promise<{ width: number; height: number; clear: number; solid: number }> {
    return this.page.evaluate(async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no 2d context');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let clear = 0;
      let solid = 0;
      for (let at = 3; at < data.length; at += 4) {
        if ((data[at] ?? 0) < 16) clear += 1;
        if ((data[at] ?? 0) > 239) solid += 1;
      }
      const pixels = bitmap.width * bitmap.height;
      return { width: bitmap.width, height: bitmap.height, clear: clear / pixels, solid: solid / pixels };
    }, resultUrl);
  }
}
