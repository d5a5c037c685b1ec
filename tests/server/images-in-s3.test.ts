/** Server and runner, each with nothing of the other's but the jobs and a bucket. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { S3Server, whyNoS3Server } from '../support/s3-server.ts';
import { TestServer } from '../support/server.ts';
import { finished, results, submit } from './client.ts';

const missing = whyNoS3Server();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)('images in a bucket', () => {
  test('go in, come out as cutouts, and are gone when their job is deleted', async () => {
    await using s3 = await S3Server.start();
    const { text, address } = await s3.newBucket('team');
    await using server = await TestServer.start({
      env: { ...s3.environment, BLOBS: text, OFFCUT_RUNNERS: '1' },
    });
    const client = s3.client();
    const keys = async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: address.bucket }));
      return Contents.map(({ Key }) => Key);
    };

    const { job_id: id } = await submit(server, [await photo(), await photo('furball')]);
    expect(await keys()).toEqual(expect.arrayContaining([`team/${id}/0.input`, `team/${id}/1.input`]));
    const job = await finished(server, id);
    expect(job).toMatchObject({ status: 'completed', progress: { total: 2, failed: 0 } });
    for (const bytes of await results(server, job)) {
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', hasAlpha: true });
    }
    const zip = await server.fetch(`/queue/job/${id}/results.zip`);
    expect(Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())))).toHaveLength(2);

    // An upload goes on from where it stands, and is one object in the end, as an image of a form is.
    const { bytes } = await photo('portrait');
    const tus = { 'tus-resumable': '1.0.0' };
    const begun = await server.fetch('/queue/uploads', {
      method: 'POST',
      headers: { ...tus, 'upload-length': String(bytes.byteLength) },
    });
    const upload = begun.headers.get('location') ?? '';
    for (const [from, to] of [
      [0, 3000],
      [3000, bytes.byteLength],
    ] as const) {
      const about = { 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' };
      const body = new Uint8Array(bytes.subarray(from, to));
      const headers = { ...tus, ...about };
      expect((await server.fetch(upload, { method: 'PATCH', headers, body })).status).toBe(204);
    }
    const { job_id: large } = await submit(server, [], { uploads: upload.split('/').at(-1) ?? '' });
    expect((await keys()).filter((key) => key?.includes(large) !== true && !key?.includes(id))).toEqual([]);
    expect(await finished(server, large)).toMatchObject({ status: 'completed' });
    expect((await server.fetch(`/queue/job/${large}`, { method: 'DELETE' })).status).toBe(200);

    const form = new FormData();
    form.append('image', new Blob([new Uint8Array((await photo()).bytes)]), 'a.jpg');
    const waited = await server.fetch('/remove-bg', { method: 'POST', body: form });
    expect((await waited.arrayBuffer()).byteLength).toBeGreaterThan(100);

    expect((await server.fetch(`/queue/job/${id}`, { method: 'DELETE' })).status).toBe(200);
    while ((await keys()).length > 0) await server.fetch('/health');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: address.bucket }));
    expect([Uploads, await readdir(join(server.dataDir, 'uploads'))]).toEqual([[], []]);
  }, 420_000);
});
