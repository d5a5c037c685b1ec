import type { BrowserContext } from 'playwright';
import { expect, test } from 'vitest';
import { fitted } from '../../src/lib/ui/editor/stage/camera.ts';
import { showsAt, EditorPage, middleOf, type Pixels } from './editor-page.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function openOne(
  context: BrowserContext,
): Promise<{ app: OffcutPage; editor: EditorPage; name: string }> {
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  const app = await OffcutPage.open(context, stage.server.url);
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  return { app, editor: await EditorPage.open(app, photo.name), name: photo.name };
}

/** How many records a table of the device's database holds. */
function countIn(app: OffcutPage, table: string): Promise<number> {
  return app.page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('offcut');
        opening.onerror = () => reject(new Error('The database cannot be opened.'));
        opening.onsuccess = () => {
          const counting = opening.result.transaction(name).objectStore(name).count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
    table,
  );
}

test('the brush erases and brings back, can be undone, survives a reload, shows in a second tab and goes with its image', async () => {
  const context = await stage.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const { app, editor, name } = await openOne(context);
  const { page } = app;
  const plain = await editor.export();
  const [subject, empty] = [middleOf(plain, true), middleOf(plain, false)];
  const shown = (of: Pixels) => [showsAt(of, subject), showsAt(of, empty)];
  expect(shown(plain)).toEqual(['wholly', 'not at all']);

  const dab = async (mode: string, at: { x: number; y: number }) => {
    await editor.pick(mode);
    const { x, y } = await editor.onScreen(plain, at);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 3, y, { steps: 3 });
    await page.mouse.up();
  };
  await editor.choose('brush');
  await editor.slide('brush-snap', 0);
  await dab('Erase', subject);
  await dab('Bring back', empty);
  await expect.poll(async () => shown(await editor.export())).toEqual(['not at all', 'wholly']);

  // Undone and done again by keys, one stroke at a time.
  await page.keyboard.press('Control+z');
  await expect.poll(async () => shown(await editor.export())).toEqual(['not at all', 'not at all']);
  await page.keyboard.press('Control+z');
  expect(await editor.by('editor-undo').isDisabled()).toBe(true);
  const undone = await editor.export();
  expect(undone.data.every((value, i) => value === plain.data[i])).toBe(true);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(async () => shown(await editor.export())).toEqual(['not at all', 'not at all']);
  // The brush grows and shrinks by keys.
  const size = Number(await editor.by('brush-size').inputValue());
  await page.keyboard.press(']');
  expect(Number(await editor.by('brush-size').inputValue())).toBeGreaterThan(size);
  await page.keyboard.press('[');
  // An eraser moved by keys leaves a mark, too.
  await page.keyboard.press('e');
  await editor.by('stage').focus();
  await page.keyboard.press('Space');

  await page.reload();
  await EditorPage.open(app, name);
  expect(shown(await editor.export())).toEqual(['not at all', 'not at all']);
  await editor.by('editor-reset').click();
  await expect.poll(async () => shown(await editor.export())).toEqual(['wholly', 'not at all']);
  await page.keyboard.press('Control+z');

  const other = await OffcutPage.open(context, stage.server.url);
  const elsewhere = await EditorPage.open(other, name);
  await expect.poll(async () => shown(await elsewhere.export())).toEqual(['not at all', 'not at all']);
  await other.page.close();

  await editor.by('viewer-close').click();
  expect(await countIn(app, 'edits')).toBe(1);
  await app.card(name).getByTestId('card-delete').click();
  await page.getByTestId('undo-dismiss').click();
  await expect.poll(() => countIn(app, 'edits')).toBe(0);
  await context.close();
});

test('on a phone a finger draws, two fingers zoom, a second tap goes to the pixels', async () => {
  const context = await stage.browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  });
  const { app, editor } = await openOne(context);
  const { page } = app;
  const touch = await context.newCDPSession(page);
  const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: { x: number; y: number }[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: at });
  const plain = await editor.export();
  const subject = middleOf(plain, true);

  await editor.choose('brush');
  await editor.slide('brush-snap', 0);
  const { x, y } = await editor.onScreen(plain, subject);
  await finger('touchStart', { x, y });
  await finger('touchMove', { x: x + 4, y });
  await finger('touchEnd');
  await expect.poll(async () => showsAt(await editor.export(), subject)).toBe('not at all');
  await editor.by('editor-undo').click();
  await expect.poll(async () => showsAt(await editor.export(), subject)).toBe('wholly');

  // The sheet is put away by its own tab.
  await editor.by('tab-brush').click();
  await editor.by('panel').waitFor({ state: 'detached' });
  const zoom = async () => Number.parseInt((await editor.by('zoom').textContent()) ?? '', 10);
  const box = await editor.by('stage').boundingBox();
  if (box === null) throw new Error('no stage');
  // The picture has taken the room of the sheet.
  const fit = Math.round(fitted(plain, box).zoom * 2 * 100);
  await expect.poll(zoom).toBe(fit);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const two = (apart: number) => [
    { ...middle, x: middle.x - apart },
    { ...middle, x: middle.x + apart },
  ];
  await finger('touchStart', ...two(40));
  await finger('touchMove', ...two(60));
  await finger('touchMove', ...two(80));
  await finger('touchEnd');
  await expect.poll(zoom).toBeGreaterThan(fit * 1.7);
  // In the middle there is the handle of the comparison.
  const beside = { ...middle, x: middle.x + 90 };
  // Sent together: a machine that is busy would make two taps of it.
  await Promise.all([
    finger('touchStart', beside),
    finger('touchEnd'),
    finger('touchStart', beside),
    finger('touchEnd'),
  ]);
  await expect.poll(zoom).toBe(fit);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(overflow).toBe(false);
  await context.close();
});
