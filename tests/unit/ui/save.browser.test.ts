import { afterEach, describe, expect, test, vi } from 'vitest';
import { saveStream } from '../../../src/lib/ui/state/save.ts';

const streamOf = (...chunks: string[]) => new Blob(chunks).stream();

describe('saving a stream', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test('writes it into the file that the user chose, asking for the stream only then', async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await folder.getFileHandle('saved.zip', { create: true });
    const order: string[] = [];
    vi.stubGlobal('showSaveFilePicker', async ({ suggestedName }: { suggestedName: string }) => {
      order.push(`choose ${suggestedName}`);
      return file;
    });
    const open = async () => {
      order.push('open');
      return streamOf('one ', 'two');
    };
    await saveStream(open, 'offcut.zip', 'application/zip');
    await expect((await file.getFile()).text()).resolves.toBe('one two');
    expect(order).toEqual(['choose offcut.zip', 'open']);
    await folder.removeEntry('saved.zip');
  });

  test('does nothing when the user chooses no file', async () => {
    const open = vi.fn(async () => streamOf('never'));
    vi.stubGlobal('showSaveFilePicker', async () => {
      throw new DOMException('The user aborted a request.', 'AbortError');
    });
    await saveStream(open, 'offcut.zip', 'application/zip');
    expect(open).not.toHaveBeenCalled();
  });

  test('offers a download where the browser cannot write files', async () => {
    vi.stubGlobal('showSaveFilePicker', undefined);
    const clicked = new Promise<HTMLAnchorElement>((resolve) => {
      vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
        resolve(this);
      });
    });
    await saveStream(async () => streamOf('one ', 'two'), 'offcut.zip', 'application/zip');
    const { download, href } = await clicked;
    expect(download).toBe('offcut.zip');
    await expect((await fetch(href)).text()).resolves.toBe('one two');
  });
});
