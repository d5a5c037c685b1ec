import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiKey, KeyStore } from '../../server/access/key-store.ts';
import { DEFAULT_KEY_LIMITS, newKey } from '../../server/access/new-key.ts';

/** One storage, empty at first, that can be opened any number of times at once. */
export interface KeysUnderTest {
  open(): Promise<KeyStore>;
  /** Closes what was opened, and removes the storage. */
  dispose(): Promise<void>;
}

/** What every store of API keys promises; see KeyStore. */
export function describeKeyStore(name: string, newStorage: () => Promise<KeysUnderTest>): void {
  describe(name, () => {
    let storage: KeysUnderTest;
    let keys: KeyStore;
    /** Another process. */
    let other: KeyStore;
    beforeEach(async () => {
      storage = await newStorage();
      keys = await storage.open();
      other = await storage.open();
    });
    afterEach(() => storage.dispose());

    async function add(called = 'shop', now = 1_000): Promise<ApiKey> {
      const limits = { ...DEFAULT_KEY_LIMITS, maxBytes: 5_000_000_000 };
      const { key } = newKey({ name: called, limits, operator: false }, now);
      await keys.add(key);
      return key;
    }

    test('an empty one has no key', async () => {
      expect(await keys.any()).toBe(false);
      expect(await keys.list()).toEqual([]);
      expect(await keys.find('nobody')).toBeUndefined();
    });

    test('a key comes back as it was put in, for everyone on the storage', async () => {
      const key = await add('shop "1" ü');
      expect(await other.find(key.id)).toEqual(key);
      expect(await other.any()).toBe(true);
    });

    test('no second key has the id of the first', async () => {
      const key = await add();
      await expect(other.add({ ...key, name: 'another' })).rejects.toThrow();
      expect(await keys.list()).toEqual([key]);
    });

    test('the list has the oldest first', async () => {
      const [second, first] = [await add('b', 2_000), await add('a', 1_000)];
      expect(await other.list()).toEqual([first, second]);
    });

    test('a revoked key stays, with the time when it was revoked first', async () => {
      const key = await add();
      expect(await keys.revoke(key.id, 5_000)).toBe(true);
      expect(await other.revoke(key.id, 9_000)).toBe(true);
      expect(await other.find(key.id)).toEqual({ ...key, revokedAt: 5_000 });
      expect(await other.any()).toBe(true);
      expect(await keys.revoke('nobody', 5_000)).toBe(false);
    });

    test('when it was used last never goes back', async () => {
      const key = await add();
      await keys.used(key.id, 7_000);
      await other.used(key.id, 6_000);
      await keys.used('nobody', 6_000);
      expect(await keys.find(key.id)).toEqual({ ...key, lastUsedAt: 7_000 });
    });

    test('its webhook secret can be replaced', async () => {
      const key = await add();
      expect(await keys.setWebhookSecret(key.id, 'whsec_bmV3')).toBe(true);
      expect(await other.find(key.id)).toEqual({ ...key, webhookSecret: 'whsec_bmV3' });
      expect(await keys.setWebhookSecret('nobody', 'whsec_bmV3')).toBe(false);
    });
  });
}
