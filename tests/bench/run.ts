/** `npm run bench`: every bench, one after another, each printing its ratios. Nothing is asserted. */
import { benchThroughput } from './throughput.ts';

console.log('Server throughput');
await benchThroughput();
