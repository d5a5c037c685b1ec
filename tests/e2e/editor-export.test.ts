import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decoded, EditorPage, middleOf, pixelAt } from './editor-page.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function openBatch(count: number, settings: object = {}) {
  const context = await stage.browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  // Without it the page saves as every browser can; a native dialog cannot be answered here.
  await context.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'showSaveFilePicker');
    Reflect.deleteProperty(globalThis, 'showDirectoryPicker');
    // The screen's own eyedropper waits for a person.
    Reflect.deleteProperty(globalThis, 'EyeDropper');
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const batch = await photos(count);
  await app.add(...batch);
  for (const { name } of batch) await app.reaches(name, 'completed');
  return { context, app, batch };
}

const near = (expected: readonly number[], within: number) => ({
  asymmetricMatch: (found: unknown) =>
    Array.isArray(found) && expected.every((value, i) => Math.abs(value - Number(found[i])) <= within),
  toString: () => `within ${String(within)} of ${JSON.stringify(expected)}`,
});

test('every format, background and frame is exported as it is seen', async () => {
  const { context, app, batch } = await openBatch(1);
  const [photo] = batch;
  if (photo === undefined) throw new Error('no photos');
  const editor = await EditorPage.open(app, photo.name);
  const plain = await editor.export();
  expect([plain.format, plain.filename]).toEqual(['png', photo.name.replace(/\.\w+$/, '.png')]);
  const [subject, empty] = [middleOf(plain, true), middleOf(plain, false)];
  const original = await decoded(photo.bytes, photo.name);

  await editor.choose('background');
  await editor.pick('Colour');
  await editor.by('editor-colour-hex').fill('#0a64c8');
  await editor.by('editor-colour-hex').press('Enter');
  await editor.choose('save');
  for (const [label, format] of [
    ['PNG', 'png'],
    ['WebP', 'webp'],
    ['JPEG', 'jpeg'],
  ] as const) {
    await editor.pick(label);
    const exported = await editor.export('editor-save');
    expect(exported).toMatchObject({ format, width: plain.width, height: plain.height });
    expect(pixelAt(exported, empty), label).toEqual(near([10, 100, 200, 255], 6));
    expect(pixelAt(exported, subject), label).toEqual(
      near([...pixelAt(original, subject).slice(0, 3), 255], 24),
    );
  }

  await editor.by('editor-pattern').fill('{name}-{index}-{width}x{height}-{model}');
  expect(await editor.by('editor-example').textContent()).toMatch(/-1-\d+x\d+-u2netp\.jpg$/);
  await editor.choose('frame');
  await editor.pick('Subject only');
  await editor.by('editor-size').selectOption('1000x1000');
  const square = await editor.export();
  expect(square).toMatchObject({ width: 1000, height: 1000 });
  expect(square.filename).toMatch(/-1-1000x1000-u2netp\.jpg$/);
  expect(pixelAt(square, { x: 3, y: 3 })).toEqual(near([10, 100, 200, 255], 6));

  await editor.choose('background');
  await editor.pick('Gradient');
  await editor.by('editor-gradient-from-hex').fill('#000000');
  await editor.by('editor-gradient-from-hex').press('Enter');
  await editor.by('editor-gradient-to-hex').fill('#ffffff');
  await editor.by('editor-gradient-to-hex').press('Enter');
  const gradient = await editor.export();
  expect(pixelAt(gradient, { x: 2, y: 2 })[0]).toBeLessThan(12);
  expect(pixelAt(gradient, { x: 2, y: 997 })[0]).toBeGreaterThan(243);

  await editor.pick('Image');
  const red = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#c81e1e' } })
    .png()
    .toBuffer();
  await editor.by('editor-picture').setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: red });
  await expect
    .poll(async () => pixelAt(await editor.export(), { x: 2, y: 2 }))
    .toEqual(near([200, 30, 30, 255], 6));

  await editor.choose('save');
  await editor.pick('PNG');
  await editor.pick('Mask only');
  const mask = await editor.export('editor-save');
  const [r, g, b, a] = pixelAt(mask, { x: 2, y: 2 });
  expect([r, g, b, a]).toEqual([0, 0, 0, 255]);
  expect(mask.data.some((value, i) => i % 4 === 0 && value === 255)).toBe(true);
  await context.close();
});

test('a colour is picked from the photo where the browser has no eyedropper', async () => {
  const { context, app, batch } = await openBatch(1);
  const [photo] = batch;
  if (photo === undefined) throw new Error('no photos');
  const editor = await EditorPage.open(app, photo.name);
  const original = await decoded(photo.bytes, photo.name);
  const at = { x: original.width / 2, y: original.height / 2 };
  await editor.choose('background');
  await editor.pick('Colour');
  await editor.by('editor-colour-dropper').click();
  const { x, y } = await editor.onScreen(original, at);
  await editor.page.mouse.click(x, y);
  const picked = async () => {
    const hex = await editor.by('editor-colour-hex').inputValue();
    return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
  };
  await expect.poll(picked).toEqual(near(pixelAt(original, at).slice(0, 3), 40));
  await context.close();
});

test('a look is applied to all images, into the zip, and taken back', async () => {
  const { context, app, batch } = await openBatch(3);
  const [first, ...others] = batch;
  if (first === undefined) throw new Error('no photos');
  const editor = await EditorPage.open(app, first.name);
  await editor.choose('background');
  await editor.pick('Colour');
  await editor.by('editor-swatches').getByRole('button', { name: 'Yellow' }).click();
  await editor.by('apply-to-all').click();
  expect(await editor.by('editor-notice').textContent()).toContain('2');
  await editor.by('viewer-close').click();

  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    app.page.getByTestId('download-all').click(),
  ]);
  const files = Object.entries(unzipSync(await readFile(await download.path())));
  expect(files).toHaveLength(3);
  for (const [name, bytes] of files) {
    const { data } = await decoded(bytes, name);
    const yellow = data.filter(
      (_, i) => i % 4 === 0 && data[i] === 255 && data[i + 1] === 212 && data[i + 2] === 71,
    );
    expect(yellow.length, name).toBeGreaterThan(1000);
  }

  const [second] = others;
  if (second === undefined) throw new Error('too few photos');
  await EditorPage.open(app, first.name);
  await editor.choose('background');
  await editor.pick('Blur');
  await editor.by('apply-to-all').click();
  await editor.by('editor-notice-undo').click();
  await editor.by('editor-notice').waitFor({ state: 'detached' });
  await editor.by('viewer-next').click();
  await editor.ready();
  await expect.poll(() => editor.by('editor-colour-hex').inputValue()).toBe('#ffd447');
  await context.close();
});

test('what was chosen before an image was added is how it opens in the editor, and can still be changed', async () => {
  const { context, app, batch } = await openBatch(1);
  const [photo] = batch;
  if (photo === undefined) throw new Error('no photos');
  const later = { ...photo, name: 'later.jpg' };
  await app.page.getByTestId('options').click();
  const popup = app.page.getByTestId('options-panel');
  for (const choice of ['JPEG', 'Colour']) await popup.getByText(choice, { exact: true }).first().click();
  await app.page.getByTestId('option-colour').fill('#ff0000');
  await app.page.getByTestId('option-crop').check();
  await app.page.keyboard.press('Escape');
  await app.add(later);
  await app.reaches(later.name, 'completed');
  const [saved] = await Promise.all([
    app.page.waitForEvent('download'),
    app.card(later.name).getByTestId('card-download').click(),
  ]);
  const exported = await decoded(await readFile(await saved.path()), saved.suggestedFilename());
  const original = await decoded(photo.bytes, photo.name);
  expect([exported.format, exported.filename]).toEqual(['jpeg', 'later.jpg']);
  expect(pixelAt(exported, { x: 1, y: 1 })).toEqual(near([255, 0, 0, 255], 8));
  expect(exported.width * exported.height).toBeLessThan(original.width * original.height);

  const editor = await EditorPage.open(app, later.name);
  await editor.choose('frame');
  await editor.pick('Whole photo');
  await editor.choose('background');
  await editor.pick('None');
  await editor.choose('save');
  await editor.pick('PNG');
  const whole = await editor.export();
  expect([whole.format, whole.width, whole.height]).toEqual(['png', original.width, original.height]);
  expect(pixelAt(whole, middleOf(whole, false))[3]).toBeLessThan(8);
  await context.close();
});

test('a result whose matte is lost says so, and is made again so that it looks the same and can be edited', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  // Then the service worker answers what the page fetches.
  await app.worksOffline();
  await app.page.evaluate(
    async ([bytes, name, type]) => {
      const form = new FormData();
      form.append('images', new File([Uint8Array.fromBase64(bytes)], name, { type }));
      form.append('background', '#00ff00');
      form.append('format', 'jpeg');
      await fetch('/queue/submit', { method: 'POST', body: form });
    },
    [photo.bytes.toString('base64'), photo.name, photo.type] as const,
  );
  await app.reaches(photo.name, 'completed');
  await app.card(photo.name).getByTestId('card-open').click();
  expect(await app.page.getByTestId('not-editable').textContent()).toContain('background painted in');
  await app.page.getByTestId('make-editable').click();
  await expect.poll(() => app.cards('completed').count(), { timeout: 60_000 }).toBe(2);
  // The new one comes after the one that it was made from, or before it: as the gallery likes.
  let editor: EditorPage | undefined;
  for (const card of await app.cards('completed').all()) {
    await card.getByTestId('card-open').click();
    await app.page
      .locator('[data-testid="not-editable"], [data-testid="stage"][data-ready="true"]')
      .waitFor();
    if ((await app.page.getByTestId('stage').count()) > 0) editor = await EditorPage.attach(app.page);
    else await app.page.getByTestId('viewer-close').click();
    if (editor) break;
  }
  if (editor === undefined) throw new Error('Neither of the two can be edited.');
  const exported = await editor.export();
  expect(exported.format).toBe('jpeg');
  expect(pixelAt(exported, { x: 1, y: 1 })).toEqual(near([0, 255, 0, 255], 12));
  await context.close();
});
