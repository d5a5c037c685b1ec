import { RenderingClient } from './worker-client.ts';
import { ThumbnailStore } from './thumbnail-store.ts';

/** Pixels of the longer side: a card in a crowd, and one that is shown large. */
export const THUMBNAIL_EDGES = { card: 512, large: 1280 } as const;
export type ThumbnailSize = keyof typeof THUMBNAIL_EDGES;

/** Which picture of an image. A result never changes once it is there; edits have previews of their own. */
export interface ThumbnailOf {
  readonly jobId: string;
  readonly index: number;
  readonly kind: 'input' | 'result';
  readonly size: ThumbnailSize;
}

/**
 * Small renderings for cards, made once, in a worker, and kept. The page itself never decodes a photo of 12 megapixels
 * for a card of 200 pixels.
 */
export class Thumbnails {
  readonly #client = new RenderingClient(startWorker);
  readonly #store = new ThumbnailStore();

  /**
   * @param source the picture itself; undefined when it is gone
   * @param signal of a card that went out of view: what nobody sees is not made
   * @throws MattingError when the picture cannot be decoded
   */
  async get(
    of: ThumbnailOf,
    source: () => Promise<Blob | undefined>,
    signal: AbortSignal,
  ): Promise<Blob | undefined> {
    const key = `${of.jobId}/${String(of.index)}/${of.kind}/${of.size}`;
    const kept = await this.#store.find(key).catch(() => undefined);
    if (kept !== undefined) return kept;
    const made = await this.#client.do(signal, async (remote) => {
      const picture = await source();
      return picture && remote.shrink(picture, THUMBNAIL_EDGES[of.size]);
    });
    // No room is no reason to show nothing.
    if (made) await this.#store.keep(key, of.jobId, made).catch(() => undefined);
    return made;
  }

  /** A picture as PNG. @throws MattingError */
  toPng(picture: Blob): Promise<Blob> {
    if (picture.type === 'image/png') return Promise.resolve(picture);
    return this.#client.do(new AbortController().signal, (remote) => remote.toPng(picture));
  }

  async forgetJob(jobId: string): Promise<void> {
    await this.#store.forgetJob(jobId).catch(() => undefined);
  }

  async forgetAllBut(exists: (jobId: string) => Promise<boolean>): Promise<void> {
    await this.#store.forgetAllBut(exists).catch(() => undefined);
  }

  close(): void {
    this.#client.close();
    this.#store.close();
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./thumbnail.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-thumbnails',
  });
}
