import { openSqliteStore } from '../../../server/stores/sqlite/store.ts';
import { leased } from '#queue/transitions.ts';

/*
 * Leases whatever there is until nothing is left, and prints the id of each item.
 * Arguments: file of the store, name of the owner.
 */
const [file = '', owner = ''] = process.argv.slice(2);
const store = openSqliteStore(file);
for (;;) {
  const taken = await store.lease(10_000, (item) => leased(item, { owner, until: 99_000 }));
  if (taken === undefined) break;
  process.stdout.write(`${taken.item.id}\n`);
}
await store.close();
