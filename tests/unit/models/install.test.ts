import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSpec } from '#matting/model.ts';
import { install } from '../../../server/models/install.ts';
import { TINY_MODEL } from '../../fixtures/tiny-model.ts';
import { serveWeights, stalling, whole } from './weights-server.ts';

const BYTES = 100_000;
const weights = Uint8Array.from({ length: BYTES }, (_, i) => (i * 7919) >> 3);
const digest = (kind: string) => createHash(kind).update(weights).digest('hex');
const forged = weights.with(BYTES - 1, 1);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const modelAt = (...urls: string[]): ModelSpec => ({
  ...TINY_MODEL,
  sources: urls.map((url) => ({ kind: 'url', url })),
  bytes: BYTES,
  sha256: digest('sha256'),
  md5: digest('md5'),
});
const file = () => path.join(folder, 'tiny.onnx');
const installed = async () => new Uint8Array(await readFile(file()));

describe('a download', () => {
  it('tells how far it is, and leaves nothing but the file', async () => {
    await using server = await serveWeights({ '/a': whole(weights) });
    const heard: number[] = [];
    await install(modelAt(`${server.url}/a`), { folder, onProgress: (received) => heard.push(received) });
    expect(await installed()).toEqual(weights);
    expect(heard.at(-1)).toBe(BYTES);
    expect(await readdir(folder)).toEqual(['tiny.onnx']);
  });

  it('is taken up where the connection broke, as often as it gets anywhere', async () => {
    const { answer, cut } = stalling(weights, 30_000);
    await using server = await serveWeights({ '/a': answer });
    const onProgress = (received: number) => {
      if (received % 30_000 === 0) cut();
    };
    await install(modelAt(`${server.url}/a`), { folder, onProgress });
    expect(await installed()).toEqual(weights);
    expect(server.asked).toEqual(['/a', '/a from 30000', '/a from 60000', '/a from 90000']);
  });

  it('that was stopped goes on with the next command', async () => {
    await using server = await serveWeights({ '/a': stalling(weights, 30_000).answer });
    const stop = new AbortController();
    const first = install(modelAt(`${server.url}/a`), {
      folder,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    const [partial = ''] = await readdir(folder);
    expect(partial).toBe('tiny.onnx.partial');
    const { length } = await readFile(path.join(folder, partial));
    expect(length).toBeGreaterThan(0);
    await using second = await serveWeights({ '/a': whole(weights) });
    await install(modelAt(`${second.url}/a`), { folder });
    expect(second.asked).toEqual([`/a from ${length}`]);
    expect(await installed()).toEqual(weights);
  });

  it('takes over from a process that was killed, not from one that lives', async () => {
    await writeFile(path.join(folder, 'tiny.onnx.999999999.partial'), weights.subarray(0, 5000));
    await writeFile(path.join(folder, `tiny.onnx.${process.ppid}.partial`), weights.subarray(0, 9000));
    await using server = await serveWeights({ '/a': whole(weights) });
    await install(modelAt(`${server.url}/a`), { folder });
    expect(server.asked).toEqual(['/a from 5000']);
    expect(await readdir(folder)).toEqual(['tiny.onnx', `tiny.onnx.${process.ppid}.partial`]);
  });

  it('begins anew when what it went on from proves to be something else', async () => {
    await writeFile(`${file()}.partial`, new Uint8Array(5000).fill(1));
    await using server = await serveWeights({ '/a': whole(weights) });
    await install(modelAt(`${server.url}/a`), { folder });
    expect(server.asked).toEqual(['/a from 5000', '/a']);
    expect(await installed()).toEqual(weights);
  });

  it('begins anew from a server that knows no ranges', async () => {
    await writeFile(`${file()}.partial`, weights.subarray(0, 5000));
    await using server = await serveWeights({ '/a': (_, response) => response.end(weights) });
    await install(modelAt(`${server.url}/a`), { folder });
    expect(await installed()).toEqual(weights);
  });
});

describe('a source', () => {
  it.each([
    ['of other bytes', whole(forged), /the file it gave has sha256/],
    ['of too few bytes', whole(weights.subarray(1)), /ended after 99999 of 100000 bytes/],
    ['of too many bytes', whole(Uint8Array.of(...weights, 1)), /gave more than 100000 bytes/],
  ])('%s is refused, and the next one asked', async (_what, answer, why) => {
    await using server = await serveWeights({ '/bad': answer, '/good': whole(weights) });
    const bad = install(modelAt(`${server.url}/bad`), { folder });
    await expect(bad).rejects.toThrow(why);
    expect(await readdir(folder)).not.toContain('tiny.onnx');
    await install(modelAt(`${server.url}/bad`, `${server.url}/good`), { folder });
    expect(await installed()).toEqual(weights);
  });

  it('that gives the right SHA-256 and not the publisher’s MD5 is refused', async () => {
    await using server = await serveWeights({ '/a': whole(weights) });
    const model = { ...modelAt(`${server.url}/a`), md5: '0'.repeat(32) };
    await expect(install(model, { folder })).rejects.toThrow(/has md5 .+ instead of 0+/);
  });

  it('is asked after the mirror, which holds the files by their names', async () => {
    await using origin = await serveWeights({ '/a': whole(weights) });
    await using mirror = await serveWeights({ '/offcut/tiny.onnx': whole(weights) });
    await install(modelAt(`${origin.url}/a`), { folder, mirror: `${mirror.url}/offcut/` });
    expect([mirror.asked, origin.asked]).toEqual([['/offcut/tiny.onnx'], []]);
    await rm(file());
    await install(modelAt(`${origin.url}/a`), { folder, mirror: `${mirror.url}/elsewhere` });
    expect(origin.asked).toEqual(['/a']);
  });
});
