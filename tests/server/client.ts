/** What the server's suites say to it, as an ordinary client of the contract does. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { jobWire, problemWire, statsWire, submitWire, type JobWire, type SubmitWire } from '#queue/wire.ts';
import { photo, type FormFile } from '../contract/api-photos.ts';
import { fromRoot } from '../support/run-script.ts';
import type { TestServer } from '../support/server.ts';

const PHOTOS = fromRoot('../shared/fixtures');

/** Real photographs where there are some; they may not be part of the repository. Else drawn scenes. */
export async function photos(): Promise<FormFile[]> {
  if (!existsSync(PHOTOS))
    return [await photo('portrait'), await photo('furball'), await photo('still-life')];
  return readdirSync(PHOTOS)
    .filter((name) => name.endsWith('.jpg'))
    .map((filename) => {
      const bytes = readFileSync(join(PHOTOS, filename));
      return { field: 'images', filename, type: 'image/jpeg', bytes };
    });
}

/** `count` photos, the same ones again and again under numbered names. */
export async function manyPhotos(count: number): Promise<FormFile[]> {
  const some = await photos();
  return Array.from({ length: count }, (_, n) => {
    const file = some[n % some.length] ?? some[0];
    return { ...file, filename: `${String(n)}-${file.filename}` };
  });
}

/** 12 megapixels: work on it takes so long that a test can step in. */
export async function largePhoto(filename = 'large.jpg'): Promise<FormFile> {
  const { bytes } = await photo('portrait');
  const large = await sharp(bytes).resize(3000, 4000).jpeg().toBuffer();
  return { field: 'images', filename, type: 'image/jpeg', bytes: large };
}

export function toForm(files: readonly FormFile[], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { field, filename, type, bytes } of files) {
    form.append(field, new Blob([new Uint8Array(bytes)], { type }), filename);
  }
  return form;
}

/** @throws {Error} with the server's answer when it is not 200 */
export async function submit(
  server: TestServer,
  files: readonly FormFile[],
  fields: Record<string, string> = {},
): Promise<SubmitWire> {
  const response = await server.fetch('/queue/submit', { method: 'POST', body: toForm(files, fields) });
  return submitWire.parse(await response.json());
}

export async function job(server: TestServer, id: string): Promise<JobWire> {
  return jobWire.parse(await (await server.fetch(`/queue/job/${id}`)).json());
}

/** The job when it is over: its stream of events ends then. */
export async function finished(server: TestServer, id: string): Promise<JobWire> {
  await (await server.fetch(`/queue/job/${id}/events`)).text();
  return job(server, id);
}

export async function stats(server: TestServer) {
  return statsWire.parse(await (await server.fetch('/queue/stats')).json()).stats;
}

export async function problem(response: Response) {
  return problemWire.parse(await response.json());
}

/** Names of all files with bytes of images that the server keeps. */
export async function storedFiles(server: TestServer): Promise<string[]> {
  const entries = await readdir(join(server.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** `job/image` of every image that a runner has completed, once for each time that it did. */
export function completions(server: TestServer): string[] {
  return server.log
    .filter(({ event }) => event === 'image_completed')
    .map((entry) => `${String(entry['job'])}/${String(entry['image'])}`);
}

/** Asserts nothing by itself: every result of a job, as bytes. */
export async function results(server: TestServer, { results: list }: JobWire): Promise<Uint8Array[]> {
  return Promise.all(
    list.map(async ({ url }) => new Uint8Array(await (await server.fetch(url ?? '')).arrayBuffer())),
  );
}
