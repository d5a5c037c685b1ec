/** `npm run bench`: every bench, one after another, each printing its ratios. Nothing is asserted. */
import { ensureBuild } from '../../server/setup/build.ts';
import { benchMainThread } from './main-thread.ts';
import { benchSize } from './size.ts';
import { benchThroughput } from './throughput.ts';

await ensureBuild(console.log);
console.log('\nServer throughput');
await benchThroughput();
console.log('\nMain thread of the page');
await benchMainThread();
console.log('\nSize of a first visit, gzipped');
await benchSize();
