/** Builds the S3 server of the tests, so that they find it there: `node tests/support/setup-s3-server.ts`. */
import { ensureS3Server } from './s3-server.ts';

console.log(await ensureS3Server());
