import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Upload, UploadStore } from '../../server/uploads/upload-store.ts';

/** One storage, empty at first, that can be opened any number of times at once. */
export interface UploadsUnderTest {
  open(): Promise<UploadStore>;
  /** Closes what was opened, and removes the storage. */
  dispose(): Promise<void>;
}

const UPLOAD: Upload = {
  id: 'upload-1',
  tenant: 'shop',
  metadata: 'filename ',
  length: 5_000_000_000,
  received: 0,
  pieces: [],
  expiresAt: 1_800_000_000_000,
  usedBy: null,
};

/** What every store of uploads promises; see UploadStore. */
export function describeUploadStore(name: string, newStorage: () => Promise<UploadsUnderTest>): void {
  describe(name, () => {
    let storage: UploadsUnderTest;
    let uploads: UploadStore;
    /** Another process. */
    let other: UploadStore;
    beforeEach(async () => {
      storage = await newStorage();
      uploads = await storage.open();
      other = await storage.open();
    });
    afterEach(() => storage.dispose());

    test('an upload comes back as it was put in, for everyone on the storage', async () => {
      await uploads.add(UPLOAD);
      expect(await other.find(UPLOAD.id)).toEqual(UPLOAD);
      expect(await other.find('upload-2')).toBeUndefined();
      await other.add({ ...UPLOAD, length: 1 });
      expect(await uploads.find(UPLOAD.id)).toEqual(UPLOAD);
    });

    test('of two who go on from the same byte one is refused, and changes nothing', async () => {
      await uploads.add(UPLOAD);
      const [a, b] = [
        { name: 'a', bytes: 3 },
        { name: 'b', bytes: 7 },
      ] as const;
      expect(await uploads.append(UPLOAD, [a], 1)).toBe(true);
      expect(await other.append(UPLOAD, [b], 2)).toBe(false);
      const stands = { ...UPLOAD, received: 3, pieces: [a], expiresAt: 1 };
      expect(await other.find(UPLOAD.id)).toEqual(stands);
      expect(await other.append(stands, [b, a], 9)).toBe(true);
      expect(await uploads.find(UPLOAD.id)).toMatchObject({ received: 13, pieces: [a, b, a], expiresAt: 9 });
    });

    test('nothing goes on with one that is in a job, and its job stays the first', async () => {
      await uploads.add(UPLOAD);
      await uploads.add({ ...UPLOAD, id: 'upload-2' });
      await uploads.use(['upload-1', 'upload-2', 'upload-3'], 'job-1');
      await other.use(['upload-1'], 'job-2');
      expect(await other.find('upload-1')).toMatchObject({ usedBy: 'job-1', pieces: [] });
      expect(await other.append(UPLOAD, [{ name: 'a', bytes: 1 }], 2)).toBe(false);
    });

    test('usage counts the whole length of what is in no job, of one tenant or of all', async () => {
      await uploads.add(UPLOAD);
      await uploads.add({ ...UPLOAD, id: 'upload-2', tenant: 'studio', length: 7 });
      await uploads.add({ ...UPLOAD, id: 'upload-3', length: 1 });
      await uploads.use(['upload-3'], 'job-1');
      expect(await other.usage('shop')).toEqual({ uploads: 1, bytes: 5_000_000_000 });
      expect(await other.usage()).toEqual({ uploads: 2, bytes: 5_000_000_007 });
      expect(await other.usage('nobody')).toEqual({ uploads: 0, bytes: 0 });
    });

    test('what expired is found, and goes when it is removed', async () => {
      await uploads.add(UPLOAD);
      await uploads.add({ ...UPLOAD, id: 'upload-2', expiresAt: 10 });
      expect(await other.expired(10, 5)).toEqual([]);
      expect(await other.expired(11, 5)).toEqual(['upload-2']);
      await other.remove('upload-2');
      await other.remove('upload-2');
      expect(await uploads.expired(11, 5)).toEqual([]);
      expect(await uploads.find('upload-1')).toEqual(UPLOAD);
    });
  });
}
