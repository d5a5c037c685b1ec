/**
 * `npm run torture -- [--seconds N] [--seed N]`: ten minutes of faults at will. With DATABASE_URL, and BLOBS, in the
 * environment it is their turn. Ends with 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
console.log(`${String(seconds)} s of torture, seed ${String(seed)}`);
const { counts, violations, jobs } = await torture({ seconds, seed });
console.table(counts);
console.log(`${String(jobs.size)} jobs were accepted, ${String(violations.length)} promises broken.`);
for (const violation of violations) console.log(`- ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
