import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { downloadZip } from 'client-zip';
import { pageApp } from '../../../src/lib/browser/api.ts';
import { openDevice, type Device } from '../../../src/lib/browser/device.ts';
import { listModels } from '../../../src/lib/browser/models.ts';
import { exportLibrary } from '../../../src/lib/browser/backup/export.ts';
import { FORMAT, MANIFEST_NAME, type Manifest, VERSION } from '../../../src/lib/browser/backup/format.ts';
import { importLibrary } from '../../../src/lib/browser/backup/import.ts';
import { EditsStore } from '../../../src/lib/browser/edits/edits-store.ts';
import { readZip } from '../../../src/lib/browser/backup/read-zip.ts';
import { type Edits, NO_EDITS } from '#matting/edits/edits.ts';
import { readWholeForm } from '#queue/read-whole-form.ts';
import { resultKey } from '#queue/blob-keys.ts';

let device: Device;
const ignore = () => undefined;

async function reopenEmpty(): Promise<void> {
  await device.db.delete();
  device = openDevice({ createApp: pageApp, readForm: readWholeForm, models: listModels });
}

async function submit(...names: string[]): Promise<string> {
  const form = new FormData();
  for (const name of names) form.append('images', new Blob([`photo ${name}`], { type: 'image/jpeg' }), name);
  const request = new Request(`${location.origin}/queue/submit`, { method: 'POST', body: form });
  return ((await (await device.app.fetch(request)).json()) as { job_id: string }).job_id;
}

/** One of each: done, failed, waiting. */
async function fill(): Promise<void> {
  await submit('done.jpg', 'bad.jpg', 'later.jpg');
  const { queue } = device;
  const done = await queue.lease('test');
  if (done === undefined) throw new Error('nothing to lease');
  const about = { mediaType: 'image/png', width: 4, height: 3, warnings: [] };
  await queue.complete(done.item, new Blob(['cutout'], { type: 'image/png' }), about);
  const bad = await queue.lease('test');
  if (bad === undefined) throw new Error('nothing to lease');
  await queue.fail(bad.item, { code: 'image_unsupported', message: 'No image.' }, false);
}

async function save(): Promise<Blob> {
  return new Response(
    (await exportLibrary(device, new Date(0))) as ReadableStream<Uint8Array<ArrayBuffer>>,
  ).blob();
}

const jobs = async () => (await device.client.list({ limit: 100 })).jobs;

/** The exported file with another manifest or without one of its images. */
async function tamper(
  library: Blob,
  how: {
    manifest?: (manifest: Manifest) => unknown;
    without?: RegExp;
    bytes?: (name: string) => string | undefined;
  },
): Promise<Blob> {
  const { manifest = (same: Manifest) => same, without = /$^/, bytes = () => undefined } = how;
  const files = [...(await readZip(library)).values()].filter(({ name }) => !without.test(name));
  const contents = files.map(async ({ name, content }) => {
    const blob = await content();
    if (name !== MANIFEST_NAME) return { name, input: bytes(name) ?? blob };
    return { name, input: JSON.stringify(manifest(JSON.parse(await blob.text()) as Manifest)) };
  });
  return downloadZip(await Promise.all(contents)).blob();
}

beforeEach(() => {
  device = openDevice({ createApp: pageApp, readForm: readWholeForm, models: listModels });
});

afterEach(() => device.db.delete());

describe('a library', () => {
  test('comes out as one file, and back in as it was', async () => {
    await fill();
    const before = await jobs();
    const library = await save();
    await reopenEmpty();
    expect(await importLibrary(device.db, library, ignore)).toEqual({ added: 1, known: 0 });

    const after = await jobs();
    expect(after.map(({ job }) => job)).toEqual(before.map(({ job }) => job));
    expect(after[0]?.items.map(({ filename, state }) => [filename, state])).toEqual([
      ['done.jpg', 'completed'],
      ['bad.jpg', 'failed'],
      ['later.jpg', 'pending'],
    ]);
    const [done] = after[0]?.items ?? [];
    if (done?.state !== 'completed') throw new Error('not done');
    const result = await device.queue.blobs.get(resultKey(done));
    expect([result?.type, await result?.text()]).toEqual(['image/png', 'cutout']);
    // What waited goes on.
    expect((await device.queue.lease('test'))?.item.filename).toBe('later.jpg');
  });

  test('brings edits along, and the pictures that they use', async () => {
    await fill();
    const [only] = await jobs();
    const edits = new EditsStore(device.db);
    await edits.addPicture('abc123', new Blob(['beach'], { type: 'image/webp' }));
    const item = { jobId: only?.job.id ?? '', index: 0 };
    const look: Edits = { ...NO_EDITS, background: { kind: 'picture', picture: 'abc123', fit: 'cover' } };
    await edits.change([item], () => look);
    const library = await save();
    await reopenEmpty();
    await importLibrary(device.db, library, ignore);
    const restored = new EditsStore(device.db);
    expect((await restored.get(item))?.edits).toEqual(look);
    const picture = await restored.picture('abc123');
    expect([picture?.type, await picture?.text()]).toEqual(['image/webp', 'beach']);
    edits.close();
    restored.close();
  });

  test('comes in twice, and is here once; what was deleted comes back', async () => {
    await fill();
    const library = await save();
    expect(await importLibrary(device.db, library, ignore)).toEqual({ added: 0, known: 1 });
    const [only] = await jobs();
    await device.client.remove(only?.job.id ?? '');
    expect(await importLibrary(device.db, library, ignore)).toEqual({ added: 1, known: 0 });
    expect(await device.client.counts()).toMatchObject({ completed: 0, processing: 1 });
    const changes = await device.client.changes(0, 100);
    expect(changes.map(({ kind }) => kind)).toEqual(['changed']);
  });

  test('of images under work has them waiting: their lease stays behind', async () => {
    await submit('one.jpg');
    await device.queue.lease('test');
    const library = await save();
    await reopenEmpty();
    await importLibrary(device.db, library, ignore);
    expect((await jobs())[0]?.items[0]?.state).toBe('pending');
  });

  test('tells its followers', async () => {
    await fill();
    const library = await save();
    await reopenEmpty();
    const heard = Promise.withResolvers<void>();
    device.queue.store.watch(() => heard.resolve());
    await importLibrary(device.db, library, ignore);
    await heard.promise;
  });
});

describe('a file that is no whole library is refused, and nothing of it is kept', () => {
  const expectRefusal = async (file: Blob, message: RegExp) => {
    await reopenEmpty();
    await expect(importLibrary(device.db, file, ignore)).rejects.toThrow(message);
    expect([
      await device.db.jobs.count(),
      await device.db.items.count(),
      await device.db.blobs.count(),
    ]).toEqual([0, 0, 0]);
  };

  test('text, and a zip of something else', async () => {
    await expectRefusal(new Blob(['not a zip at all, but longer than its end']), /no zip|not a zip/);
    await expectRefusal(await downloadZip([{ name: 'a.txt', input: 'a' }]).blob(), /offcut-library\.json/);
  });

  test.each<[string, Parameters<typeof tamper>[1], RegExp]>([
    ['of another version', { manifest: (from) => ({ ...from, version: VERSION + 1 }) }, /version/],
    ['that lacks an image', { without: /\.input$/ }, /input" is missing/],
    [
      'with an image cut short',
      { bytes: (name) => (name.endsWith('1.input') ? 'x' : undefined) },
      /1 bytes, not/,
    ],
    [
      'whose image belongs to another job',
      { manifest: (from) => ({ ...from, jobs: from.jobs.map((job) => ({ ...job, id: 'other' })) }) },
      /does not belong/,
    ],
    [
      'that says done and has no result',
      {
        manifest: (from) => ({
          ...from,
          jobs: from.jobs.map((job) => ({ ...job, items: job.items.map(({ result: _, ...item }) => item) })),
        }),
      },
      /no result/,
    ],
  ])('a library %s', async (_name, how, message) => {
    await fill();
    await expectRefusal(await tamper(await save(), how), message);
  });

  test('a library one of whose bytes has turned', async () => {
    await fill();
    const library = await save();
    const bytes = new Uint8Array(await library.arrayBuffer());
    const at = new TextDecoder('latin1').decode(bytes).indexOf('cutout');
    bytes[at] = 0x58;
    await expectRefusal(new Blob([bytes]), /damaged/);
  });

  test('a manifest with more than there can be', async () => {
    const jobs = { length: 3 };
    const input = JSON.stringify({ format: FORMAT, version: VERSION, exportedAt: '', jobs });
    await expectRefusal(await downloadZip([{ name: MANIFEST_NAME, input }]).blob(), /jobs/);
  });
});
