import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../server/stores/sqlite/store.ts';
import { sampleJob } from '../sample-job.ts';

/*
 * Inserts jobs until it is killed, and prints the id of each as soon as the store acknowledged it.
 * Arguments: file of the store, prefix of the ids.
 */
const [file = '', prefix = ''] = process.argv.slice(2);
const store = openSqliteStore(file);
for (let made = 0; ; made += 1) {
  const { job, items } = sampleJob({ id: `${prefix}-${String(made)}`, images: 1 + (made % 4) });
  await store.insert(job, items);
  // Synchronous: what is printed has left the process when the next line runs.
  writeSync(1, `${job.id}\n`);
}
