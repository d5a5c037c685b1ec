/** `npm run bench`: every bench, one after another, each printing its ratios. Nothing is asserted. */
import { runScript } from '../support/run-script.ts';
import { benchMainThread } from './main-thread.ts';
import { benchSize } from './size.ts';
import { benchThroughput } from './throughput.ts';

await runScript(['node_modules/vite/bin/vite.js', 'build'], 'The page does not build');
console.log('\nServer throughput');
await benchThroughput();
console.log('\nMain thread of the page');
await benchMainThread();
console.log('\nSize of a first visit, gzipped');
await benchSize();
