import { mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { QueueError } from '#queue/errors.ts';
import Page from '../../../src/lib/ui/page/Page.svelte';
import { Workshop } from '../../../src/lib/ui/state/workshop.svelte.ts';
import '../../../src/lib/ui/styles/base.css';
import '../../../src/lib/ui/styles/tokens.css';
import { at, job } from './jobs.ts';
import { ScriptedOffcut } from './scripted-offcut.ts';

const byId = (id: string) => page.getByTestId(id);

let offcut: ScriptedOffcut;
let workshop: Workshop;
let shown: Record<string, unknown> | undefined;

function show(): void {
  workshop = new Workshop();
  shown = mount(Page, { target: document.body, props: { workshop } });
}

async function open(): Promise<void> {
  show();
  await workshop.library.open(async () => offcut);
}

/** A square PNG of one colour. */
async function picture(pixels: number, colour: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels, pixels);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = colour;
  context.fillRect(0, 0, pixels, pixels);
  return canvas.convertToBlob();
}

async function showDone(...ids: string[]): Promise<void> {
  for (const [n, id] of ids.entries()) await showOne(id, n, await picture(64, 'blue'));
}

async function showOne(id: string, n: number, cutout: Blob): Promise<void> {
  offcut.inputs.set(id, await picture(64, 'red'));
  offcut.results.set(id, cutout);
  const result = { filename: `${id}.jpg`, status: 'completed', width: 64, height: 64, bytes: 900 } as const;
  offcut.show(job(id, at(n), result));
}

beforeEach(() => {
  offcut = new ScriptedOffcut();
});

afterEach(async () => {
  if (shown) await unmount(shown);
  shown = undefined;
  vi.restoreAllMocks();
});

describe('the first screen', () => {
  test('says what it is and takes images before the queue has opened', async () => {
    show();
    await expect.element(page.getByRole('heading', { name: /Remove backgrounds/ })).toBeInTheDocument();
    void workshop.add([{ name: 'early.jpg', file: new Blob() }]);
    expect(offcut.calls).toEqual([]);
    await workshop.library.open(async () => offcut);
    await expect.poll(() => offcut.calls).toEqual(['submit early.jpg']);
  });

  test('takes what is picked in a dialog that was open while the screen changed', async () => {
    await open();
    const input = byId('file-input').element() as HTMLInputElement;
    // Another tab adds an image: the first screen gives way to the gallery.
    offcut.show(job('other', at(0), { status: 'pending' }));
    await expect.element(byId('gallery')).toBeInTheDocument();
    expect(input.isConnected).toBe(false);
    const picked = new DataTransfer();
    picked.items.add(new File(['any'], 'late.jpg', { type: 'image/jpeg' }));
    input.files = picked.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await expect.poll(() => offcut.calls).toContain('submit late.jpg');
  });

  test('says what happened when the browser cannot hold a queue, and what works still', async () => {
    show();
    await workshop.library.open(() => Promise.reject(new Error('This browser stores nothing.')));
    await expect.element(page.getByRole('alert')).toMatchTextContent(/stores nothing.*server/);
    await expect.element(byId('drop-zone')).not.toBeInTheDocument();
  });
});

describe('a card', () => {
  beforeEach(open);

  test('says in words what happens to its image, and how far it is', async () => {
    offcut.show(job('a', at(0), { status: 'processing' }));
    await expect.element(byId('card-status')).toHaveTextContent('Working');
    offcut.tellProgress({ jobId: 'a', index: 0, stage: 'infer', fraction: 0.4 });
    await expect.element(byId('card-status')).toHaveTextContent('Finding the subject');
    await expect.element(page.getByRole('progressbar', { name: /photo\.jpg/ })).toHaveValue(0.4);
  });

  test('says why its image failed, and tries again', async () => {
    const error = { code: 'image_unsupported', message: 'This is a PDF, not an image.' };
    offcut.show(job('a', at(0), { filename: 'a.pdf', status: 'failed', error }));
    await expect.element(byId('card-error')).toHaveTextContent(error.message);
    await page.getByRole('button', { name: 'Try a.pdf again' }).click();
    expect(offcut.calls).toEqual(['retry a']);
  });

  test('shows the warning that came with a result', async () => {
    const warnings = [{ code: 'image_truncated', message: 'The lower part is missing.' }];
    offcut.show(job('a', at(0), { status: 'completed', warnings }));
    await expect.element(byId('card-warning')).toHaveTextContent('The lower part is missing.');
  });

  test('keeps the focus when its action changes, and passes it on when it is deleted', async () => {
    offcut.show(
      job('a', at(0), { filename: 'a.jpg' }),
      job('b', at(1), { filename: 'b.jpg', status: 'cancelled' }),
    );
    await page.getByRole('button', { name: 'Cancel a.jpg' }).click();
    offcut.show(job('a', at(0), { filename: 'a.jpg', status: 'cancelled' }));
    await expect.element(page.getByRole('button', { name: 'Try a.jpg again' })).toHaveFocus();
    await userEvent.keyboard('{Tab}{Enter}');
    await expect.element(page.getByRole('button', { name: 'Delete b.jpg' })).toHaveFocus();
  });

  test('gives the object URLs of large pictures back when it goes; small ones need none', async () => {
    const alive = new Set<string>();
    const [create, revoke] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      const url = create(blob);
      alive.add(url);
      return url;
    });
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => {
      alive.delete(url);
      revoke(url);
    });
    await showDone('small');
    // What is behind the end of a picture is not looked at.
    const large = new Blob([await picture(64, 'blue'), new Uint8Array(100_000)], { type: 'image/png' });
    for (const [n, id] of ['a', 'b'].entries()) await showOne(id, n + 1, large);
    await expect.element(page.getByRole('img', { name: 'small.jpg without its background' })).toBeVisible();
    await expect.poll(() => alive.size).toBe(2);
    workshop.delete(workshop.pictures);
    await expect.poll(() => alive.size).toBe(0);
  });
});

describe('many images', () => {
  const ids = Array.from({ length: 300 }, (_, n) => `job-${String(n).padStart(3, '0')}`);
  const states = ['completed', 'failed', 'pending'] as const;
  beforeEach(async () => {
    await open();
    offcut.show(
      ...ids.map((id, n) =>
        job(id, at(0), { filename: `${id}.jpg`, status: states[n % states.length] ?? 'pending' }),
      ),
    );
  });
  const focusedName = () => document.activeElement?.getAttribute('aria-label') ?? '';

  test('only those in view are in the page, wherever it is scrolled to', async () => {
    await expect.poll(() => byId('card').elements().length).toBeGreaterThan(2);
    expect(byId('card').elements().length).toBeLessThan(60);
    window.scrollTo(0, document.documentElement.scrollHeight);
    await expect.element(page.getByText('job-299.jpg')).toBeInViewport();
    expect(byId('card').elements().length).toBeLessThan(60);
  });

  test('are filtered by state, with counts', async () => {
    await expect.element(byId('filter-failed')).toHaveTextContent('Failed 100');
    await byId('filter-failed').click();
    await expect
      .poll(() =>
        byId('card')
          .elements()
          .map((card) => card.getAttribute('data-state')),
      )
      .not.toContain('pending');
    expect(byId('card').first().element().getAttribute('aria-setsize')).toBe('100');
  });

  test('are reached by arrow keys, and the focus is not lost when it is scrolled away', async () => {
    await byId('card')
      .first()
      .getByRole('button', { name: /job-000/ })
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
    await userEvent.keyboard('{End}');
    await expect.poll(focusedName).toMatch(/job-299/);
    window.scrollTo(0, 0);
    await expect.element(page.getByText('job-003.jpg')).toBeInViewport();
    expect(focusedName()).toMatch(/job-299/);
    await userEvent.keyboard('{Home}{ArrowRight}');
    await expect.poll(focusedName).toMatch(/job-001/);
  });

  test('are selected one by one, in ranges and all, and what is done then is done with all of them', async () => {
    const box = (n: number) => page.getByRole('checkbox', { name: `Select job-00${String(n)}.jpg` });
    await box(1).click();
    await box(4).click({ modifiers: ['Shift'] });
    await expect.element(byId('selection-bar')).toMatchTextContent(/4 selected/);
    await byId('retry-selected').click();
    await expect.poll(() => offcut.calls).toEqual(['retry job-001', 'retry job-004']);
    await byId('more').click();
    await byId('menu-select-all').click();
    await expect.element(byId('selection-bar')).toMatchTextContent(/300 selected/);
    await byId('select-none').click();
    await expect.element(byId('filters')).toBeInTheDocument();
  });

  test('are put into another order by keyboard: those that wait deal out their turns', async () => {
    workshop.view.filter = 'pending';
    const third = page.getByRole('button', { name: /^job-008\.jpg/ });
    await third.click();
    await workshop.moveBy(workshop.selection.pictures, 'earlier');
    await expect.poll(() => offcut.calls.at(-1)).toBe('reorder job-008 job-005');
  });

  test('wait while the queue is paused, by whichever tab, and say so', async () => {
    await byId('pause').click();
    expect(offcut.calls).toEqual(['pause']);
    offcut.tellPaused(true);
    await expect.element(byId('time-left')).toMatchTextContent(/Paused/);
    await byId('resume').click();
    expect(offcut.calls).toEqual(['pause', 'resume']);
  });

  test('of which some failed can be tried again at once', async () => {
    await byId('retry-failed').click();
    await expect.poll(() => offcut.calls.length).toBe(100);
    expect(new Set(offcut.calls.map((call) => call.split(' ')[0]))).toEqual(new Set(['retry']));
  });
});

describe('the large view', () => {
  beforeEach(async () => {
    await open();
    await showDone('a', 'b');
    await page.getByRole('button', { name: 'Open a.jpg' }).click();
  });

  test('compares by keyboard, and says how much of the original is seen', async () => {
    const slider = page.getByRole('slider');
    await expect.element(slider).toHaveAttribute('aria-valuetext', '50% original');
    (slider.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(slider).toHaveAttribute('aria-valuetext', '51% original');
  });

  test('goes on to the next image, closes on Escape and gives the focus back', async () => {
    await byId('viewer-next').click();
    await expect.element(page.getByRole('heading', { name: 'b.jpg', level: 2 })).toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('viewer')).not.toBeInTheDocument();
    await expect.element(page.getByRole('button', { name: 'Open a.jpg' })).toHaveFocus();
  });

  test('closes when its image is deleted in another tab', async () => {
    await offcut.remove('a');
    await expect.element(byId('viewer')).not.toBeInTheDocument();
  });
});

describe('the page as a whole', () => {
  beforeEach(open);

  test('says that the device is full, and how many images were left out', async () => {
    offcut.refusal = new QueueError('storage_full', 'This device has no room left.');
    await workshop.add(['a.jpg', 'b.jpg', 'c.jpg'].map((name) => ({ name, file: new Blob() })));
    await expect
      .element(page.getByRole('status'))
      .toMatchTextContent(/a\.jpg was not added\. This device has no room/);
    await expect.element(page.getByRole('status')).toMatchTextContent(/2 images more could not be added/);
    expect(offcut.calls).toEqual(['submit a.jpg']);
  });

  test('counts images that are still being added, so that the number to come is known from the start', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    offcut.accepting = promise;
    offcut.show(job('a', at(0)));
    const added = workshop.add(['b.jpg', 'c.jpg'].map((name) => ({ name, file: new Blob() })));
    await expect.element(byId('overall-progress')).toHaveTextContent('0 of 3 done');
    resolve();
    await added;
  });

  test('deletes everything only when the chance to undo is gone', async () => {
    await showDone('a', 'b');
    await byId('more').click();
    await byId('delete-all').click();
    await expect.element(byId('drop-zone')).toBeInTheDocument();
    await byId('undo').click();
    await expect.poll(() => byId('card').elements().length).toBe(2);
    await byId('more').click();
    await byId('delete-all').click();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => offcut.calls).toEqual(['remove a', 'remove b']);
  });

  test('shows an image that was deleted and came back with an imported library', async () => {
    await showDone('a', 'b');
    await byId('more').click();
    await byId('delete-all').click();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => offcut.calls).toEqual(['remove a', 'remove b']);
    await showDone('a');
    await expect.poll(() => byId('card').elements().length).toBe(1);
  });

  test('says which runtime works and why, to a keyboard as well', async () => {
    const reason = 'This browser offers no WebGPU adapter.';
    offcut.tellEngine({ state: 'ready', runtime: 'wasm', threads: 2, reason });
    await expect.element(byId('engine-badge')).toHaveTextContent('WebAssembly, 2 threads');
    (byId('engine-badge').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText(reason)).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByText(reason)).not.toBeVisible();
  });

  test('raises the alarm when the engine fails', async () => {
    offcut.tellEngine({
      state: 'failed',
      code: 'model_unavailable',
      message: 'The model could not be loaded.',
    });
    await expect.element(page.getByRole('alert')).toHaveTextContent('The model could not be loaded.');
  });

  test('offers an update, and applies it when asked', async () => {
    const apply = vi.fn();
    offcut.tellOffline({ state: 'update', apply });
    await byId('offline-badge').click();
    await byId('apply-update').click();
    expect(apply).toHaveBeenCalledOnce();
  });
});
