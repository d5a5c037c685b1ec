import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { EditorPage } from './editor-page.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

/** WCAG 2.2 AA, and nothing excused. */
async function expectAccessible(page: Page, state: string): Promise<void> {
  // Half-way through a transition colours are neither the one nor the other.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))),
  );
  const { violations } = await new AxeBuilder({ page })
    // Without it each call opens a page of its own, for frames of other origins: there are none.
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const said = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join('\n  ')}`,
  );
  expect(said, `in the state "${state}"`).toEqual([]);
}

/** Each tab with all that it can show, the comparison, and what lies over both. */
async function expectAccessibleEditor(editor: EditorPage): Promise<void> {
  const { page } = editor;
  const choose = (value: string) => editor.by('panel').locator(`label:has(input[value="${value}"])`).click();
  await expectAccessible(page, 'editor');
  await editor.choose('background');
  await editor.by('editor-shadow').check();
  for (const kind of ['colour', 'gradient', 'picture', 'blur']) {
    await choose(kind);
    await expectAccessible(page, `editor: background ${kind}`);
  }
  await editor.choose('frame');
  await choose('subject');
  await expectAccessible(page, 'editor: shapes');
  await editor.by('editor-size').selectOption('custom');
  await expectAccessible(page, 'editor: sizes');
  await editor.choose('brush');
  await expectAccessible(page, 'editor: brush');
  await editor.choose('save');
  await choose('jpeg');
  await expectAccessible(page, 'editor: export');
  await editor.by('editor-compare').click();
  await editor.by('compare-slider').focus();
  await expectAccessible(page, 'editor: comparison');
  await page.keyboard.press('Shift+?');
  await editor.by('shortcut-sheet').waitFor();
  await expectAccessible(page, 'editor: shortcuts');
  await page.keyboard.press('Escape');
  await editor.by('viewer-close').click();
  await editor.by('viewer').waitFor({ state: 'detached' });
}

/** Before a server is connected, with one that does not answer, connected, and what the badge then holds. */
async function expectAccessibleServer(page: Page): Promise<void> {
  await page.getByTestId('settings').click();
  await page.getByTestId('open-server').click();
  await page.getByTestId('connect').waitFor();
  await page.getByTestId('connect-form').getByRole('radio').nth(1).check({ force: true });
  await page.getByTestId('server-address').fill('http://192.0.2.1');
  await expectAccessible(page, 'server: another one, and a warning');
  await page.getByTestId('server-address').fill('mailto:nobody');
  await page.getByTestId('connect').click();
  await page.getByTestId('connect-problem').waitFor();
  await expectAccessible(page, 'server: refused');
  await page.getByTestId('connect-form').getByRole('radio').nth(0).check({ force: true });
  await page.getByTestId('connect').click();
  await page.locator('[data-testid="server-standing"][data-state="online"]').waitFor();
  await expectAccessible(page, 'server: connected');
  await page.keyboard.press('Escape');
  await page.getByTestId('server-badge').click();
  await page.getByTestId('place-choice').waitFor();
  await expectAccessible(page, 'server: badge');
  await page.keyboard.press('Escape');
}

describe.each([
  { look: 'light', colorScheme: 'light', locale: 'en-GB', viewport: { width: 1280, height: 800 } },
  { look: 'dark, on a phone', colorScheme: 'dark', locale: 'de-DE', viewport: { width: 360, height: 740 } },
  { look: 'right to left', colorScheme: 'light', locale: 'ar', viewport: { width: 768, height: 1024 } },
] as const)('$look', ({ look: _look, ...options }) => {
  test('every main state is free of violations', async () => {
    const context = await stage.browser.newContext({ ...options, reducedMotion: 'reduce' });
    const app = await OffcutPage.open(context, stage.server.url);
    const { page } = app;
    await app.worksOffline();
    await expectAccessible(page, 'welcome');
    await page.getByTestId('settings').click();
    await page.getByTestId('open-shortcuts').waitFor();
    await expectAccessible(page, 'settings');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+?');
    await page.getByTestId('shortcut-sheet').waitFor();
    await expectAccessible(page, 'shortcuts');
    await page.keyboard.press('Escape');

    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photos');
    await app.add({ name: 'letter.png', type: 'image/png', bytes: Buffer.from('%PDF-1.7 Dear Sir') }, photo);
    await app.reaches('letter.png', 'failed');
    await app.reaches(photo.name, 'completed');
    await expectAccessible(page, 'results');
    await app.card(photo.name).getByTestId('card-select').check();
    await page.getByTestId('selection-bar').waitFor();
    await page.getByTestId('options').click();
    await expectAccessible(page, 'selection, and the options over it');
    await page.keyboard.press('Escape');
    await page.getByTestId('select-none').click();
    for (const popup of ['models', 'offline-badge', 'add-menu']) {
      await page.getByTestId(popup).click();
      await expectAccessible(page, popup);
      await page.keyboard.press('Escape');
    }
    await expectAccessibleEditor(await EditorPage.open(app, photo.name));
    await page.getByTestId('card-delete').first().click();
    await page.getByTestId('undo').waitFor();
    await expectAccessible(page, 'undo');
    await page.getByTestId('undo').click();
    await page.getByTestId('settings').click();
    await page.getByTestId('open-storage').click();
    await page.getByTestId('storage-used').waitFor();
    await expectAccessible(page, 'storage');
    await page.keyboard.press('Escape');
    await expectAccessibleServer(page);
    await context.close();
  });
});

test('targets are 24 pixels at least, the focus is never hidden, and nothing scrolls sideways at 320 pixels', async () => {
  const context = await stage.browser.newContext({
    viewport: { width: 320, height: 640 },
    reducedMotion: 'reduce',
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  const small = await app.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a, select, summary, [role=button]')]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ html: element.outerHTML.slice(0, 120), box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ html }) => html),
  );
  expect(small).toEqual([]);
  expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);

  // Round the whole page by Tab: whatever has the focus can be seen.
  const hidden: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await app.page.keyboard.press('Tab');
    const covered = await app.page.evaluate(() => {
      const focused = document.activeElement;
      if (focused === null || focused === document.body) return 'end';
      const box = focused.getBoundingClientRect();
      const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return at !== null && (focused.contains(at) || at.contains(focused))
        ? undefined
        : focused.outerHTML.slice(0, 120);
    });
    if (covered === 'end') break;
    if (covered !== undefined) hidden.push(covered);
  }
  expect(hidden).toEqual([]);
  await context.close();
});

test('a screen reader hears how far the images are', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  const batch = await photos(2);
  await app.add(...batch);
  const said = app.page.getByTestId('announcer');
  expect(await said.getAttribute('aria-live')).toBe('polite');
  await said.filter({ hasText: '2 images done' }).waitFor({ state: 'attached', timeout: 60_000 });
  await context.close();
});

/** What Tab reaches in a dialog, each by name: whether its focus is to be seen, and not covered. */
async function tabThrough(page: Page, dialog: string): Promise<Map<string, string>> {
  const reached = new Map<string, string>();
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    const [name, state] = await page.evaluate((testid) => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement) || !focused.closest(`[data-testid="${testid}"]`)) return ['', ''];
      const id =
        focused.dataset['testid'] ?? focused.getAttribute('aria-label') ?? focused.textContent.trim();
      const radio = focused instanceof HTMLInputElement && focused.type === 'radio';
      const name = radio
        ? `choice of ${focused.closest('fieldset')?.querySelector('legend')?.textContent ?? ''}`
        : id;
      // Hidden inputs show their focus on what stands for them.
      const around = [
        focused,
        focused.closest('label'),
        focused.previousElementSibling?.querySelector('.knob'),
      ];
      const isOutlined = around.some((each) => each && getComputedStyle(each).outlineStyle !== 'none');
      const seen = focused.closest('label') ?? focused;
      const box = seen.getBoundingClientRect();
      // Not in the middle, where the stage has the handle of the comparison.
      const at = document.elementFromPoint(box.x + box.width / 4, box.y + box.height / 4);
      const isFree = box.width < 2 || (at !== null && (seen.contains(at) || at.contains(seen)));
      return [name, isOutlined && isFree ? 'seen' : isFree ? 'no outline' : 'covered'];
    }, dialog);
    if (name === '' || name === undefined) continue;
    if (reached.has(name) && [...reached.keys()][0] === name) break;
    reached.set(name, state ?? '');
  }
  return reached;
}

test('the editor is handled by keyboard alone: all of it is reached, the focus is seen, and goes back to the card', async () => {
  const context = await stage.browser.newContext({ viewport: { width: 1280, height: 700 } });
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  await app.card(photo.name).getByTestId('card-open').focus();
  await page.keyboard.press('Enter');
  const editor = await EditorPage.attach(page);
  const header = ['viewer-close', 'editor-reset', 'editor-compare', 'viewer-download'];
  const stageTools = ['stage', 'zoom-out', 'zoom-in', 'zoom-fit', 'zoom-actual'];
  const inTab = {
    background: ['choice of Background', 'editor-shadow', 'editor-clean'],
    frame: ['choice of Show', 'editor-size'],
    brush: ['choice of Brush', 'brush-size', 'brush-hardness', 'brush-snap', 'brush-ghost'],
    save: ['choice of What', 'choice of Format', 'editor-pattern', '{name}', 'editor-save'],
  } as const;
  await editor.by('tab-background').focus();
  for (const [tab, controls] of Object.entries(inTab)) {
    if (tab !== 'background') {
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.locator(`[data-testid="tab-${tab}"][aria-selected="true"]`).waitFor();
    }
    const reached = await tabThrough(page, 'viewer');
    expect([...reached.keys()], tab).toEqual(
      expect.arrayContaining([...header, ...stageTools, `tab-${tab}`, ...controls]),
    );
    expect(
      [...reached].filter(([, state]) => state !== 'seen'),
      tab,
    ).toEqual([]);
    await editor.by(`tab-${tab}`).focus();
  }
  // What a choice brings along is reached as well: here a colour, by its digits.
  await editor.by('tab-background').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  expect([...(await tabThrough(page, 'viewer')).keys()]).toEqual(
    expect.arrayContaining(['editor-colour', 'editor-colour-hex', 'editor-colour-dropper', 'editor-undo']),
  );
  await page.keyboard.press('Escape');
  await editor.by('viewer').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('card-open');
  await context.close();
});

test('everything is reached by keyboard: the sheet of shortcuts lists what works, and gives the focus back', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  await page.getByTestId('settings').focus();
  await page.keyboard.press('?');
  const sheet = page.getByTestId('shortcut-sheet');
  await sheet.waitFor();
  expect(await sheet.locator('dt').count()).toBeGreaterThan(1);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('settings');
  await context.close();
});
