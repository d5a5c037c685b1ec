import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleClient } from '../../../server/setup/client-package.ts';

const LIMIT_BYTES = 5000;

test('the client is under 5 kB gzipped, with all that it needs', async () => {
  const code = await bundleClient();
  const bytes = gzipSync(code).length;
  console.log(`client: ${String(code.length)} bytes, ${String(bytes)} gzipped`);
  expect(code).toContain('createClient');
  expect(bytes).toBeLessThan(LIMIT_BYTES);
});
