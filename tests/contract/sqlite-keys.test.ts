import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KeyStore } from '../../server/access/key-store.ts';
import { openSqliteKeys } from '../../server/stores/sqlite/keys.ts';
import { describeKeyStore } from './key-store.ts';

describeKeyStore('API keys in SQLite', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-keys-'));
  const opened: KeyStore[] = [];
  return {
    async open() {
      const keys = openSqliteKeys(path.join(folder, 'queue.sqlite'));
      opened.push(keys);
      return keys;
    },
    async dispose() {
      for (const keys of opened) await keys.close();
      await rm(folder, { recursive: true });
    },
  };
});
