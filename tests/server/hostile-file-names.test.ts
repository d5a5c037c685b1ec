/** A file's name is any text that a stranger likes. It is shown and offered for saving; nothing is stored under it. */
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, storedFiles } from './client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '1' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** As sent, and as shown. */
const NAMES: readonly (readonly [sent: string, shown: string])[] = [
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\system32\\evil.dll', 'evil.dll'],
  ['C:\\photos\\me.jpg', 'me.jpg'],
  ['/absolute.jpg', 'absolute.jpg'],
  ['..', 'image-5'],
  ['', 'image-6'],
  ['a\0b.jpg', 'ab.jpg'],
  ['line%0D%0ASet-Cookie: x=1.jpg', 'line%0D%0ASet-Cookie x=1.jpg'],
  // Shown from right to left, its end would read "jpg".
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['CON', '_CON'],
  ['nul.jpg', '_nul.jpg'],
  ['trailing. . ', 'trailing'],
  ['<b>"quoted"</b>|?*.jpg', 'b.jpg'],
  ['été 日本 😀.jpg', 'été 日本 😀.jpg'],
  [`${'x'.repeat(10_000)}.jpg`, `${'x'.repeat(196)}.jpg`],
  // Cut in the middle of a character, it would be no text any more.
  [`a${'😀'.repeat(200)}.jpg`, `a${'😀'.repeat(97)}.jpg`],
  ['same.jpg', 'same.jpg'],
  ['SAME.jpg', 'SAME.jpg'],
  ['nested/same.jpg', 'same.jpg'],
];

/** By hand: a client that means well would not send them as they are. */
async function submitNamed(names: readonly string[]): Promise<string> {
  const { bytes } = await photo();
  const parts = names.flatMap((name) => [
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="images"; filename="${name.replace(/["\\]/g, '\\$&')}"\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const response = await server.fetch('/queue/submit', {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { job_id: string }).job_id;
}

test('every name is made harmless, in the job, in headers, in the zip, and on disk', async () => {
  const job = await finished(server, await submitNamed(NAMES.map(([sent]) => sent)));
  expect(job.results.map(({ filename }) => filename)).toEqual(NAMES.map(([, shown]) => shown));

  for (const { url, index } of job.results) {
    const { headers, status } = await server.fetch(url ?? '');
    expect([index, status]).toEqual([index, 200]);
    expect(headers.get('content-disposition')).toMatch(
      /^inline; filename="[ -~]*"; filename\*=UTF-8''[\w.%~!-]+$/,
    );
    expect(headers.get('set-cookie')).toBeNull();
  }

  const zip = await server.fetch(`/queue/job/${job.id}/results.zip`);
  const entries = Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())));
  expect(entries).toHaveLength(NAMES.length);
  expect(new Set(entries.map((name) => name.toLowerCase())).size).toBe(NAMES.length);
  for (const name of entries) expect(name).toMatch(/^(?!\.)[^/\\:\0-\x1f\u202a-\u202e\u2066-\u2069]+\.png$/);

  for (const file of await storedFiles(server)) expect(file).toMatch(/^\d+\.(input|result-1)$/);
});
