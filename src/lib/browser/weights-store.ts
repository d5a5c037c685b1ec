import type { ModelSpec } from '#matting/model.ts';
import { modelSchema } from '#models/schema.ts';

/*
 * Weights that this device keeps, in Cache Storage, which pages and all workers reach. A file is stored in parts, so
 * that an interrupted download goes on from its last whole part; it counts once its description is there, which is
 * written last. Keys are below an address that the site does not have.
 */

const CACHE = 'offcut-weights';
const ROOT = '/weights-on-device';
/** A lost part costs a second on a slow line; a gigabyte has 232 of them. */
export const PART_BYTES = 4 * 1024 * 1024;

const partKey = ({ sha256 }: ModelSpec, part: number) => `${ROOT}/${sha256}/${String(part)}`;
const descriptionKey = ({ sha256 }: ModelSpec) => `${ROOT}/${sha256}/model.json`;

/** False in pages that are not secure, and where the browser forbids storage. */
export function canKeepWeights(): boolean {
  return 'caches' in globalThis;
}

/** Some private windows have Cache Storage and refuse to open it. */
async function openIfAllowed(): Promise<Cache | undefined> {
  if (!canKeepWeights()) return undefined;
  return caches.open(CACHE).catch(() => undefined);
}

/** Models whose weights are here whole. */
export async function keptModels(): Promise<ModelSpec[]> {
  const cache = await openIfAllowed();
  if (cache === undefined) return [];
  const keys = (await cache.keys()).filter(({ url }) => url.endsWith('/model.json'));
  const found = await Promise.all(keys.map(async (key) => describedBy(await cache.match(key))));
  return found.filter((model) => model !== undefined);
}

async function describedBy(response: Response | undefined): Promise<ModelSpec | undefined> {
  return modelSchema.safeParse(await response?.json().catch(() => undefined)).data;
}

/** The bytes of a model that is kept, or of what is here of it. */
export async function readKept(model: ModelSpec): Promise<Blob> {
  const cache = await caches.open(CACHE);
  const parts: Blob[] = [];
  for (;;) {
    const part = await cache.match(partKey(model, parts.length));
    if (part === undefined) return new Blob(parts);
    parts.push(await part.blob());
  }
}

/** How many whole parts of a download are here. */
export async function countParts(model: ModelSpec): Promise<number> {
  const cache = await openIfAllowed();
  if (cache === undefined) return 0;
  let parts = 0;
  while ((await cache.match(partKey(model, parts))) !== undefined) parts += 1;
  return parts;
}

export async function keepPart(model: ModelSpec, part: number, bytes: Blob): Promise<void> {
  await (await caches.open(CACHE)).put(partKey(model, part), new Response(bytes));
}

/** Makes the parts a model. */
export async function keepDescription(model: ModelSpec): Promise<void> {
  await (await caches.open(CACHE)).put(descriptionKey(model), Response.json(model));
}

/** The description first: half a file is no model. */
export async function dropKept(model: ModelSpec): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.delete(descriptionKey(model));
  const prefix = new URL(`${ROOT}/${model.sha256}/`, location.href).href;
  for (const key of await cache.keys()) if (key.url.startsWith(prefix)) await cache.delete(key);
}
