import { sniff, type RasterFormat } from './sniff.ts';

/** Bounds how many pixels are in hand at a time. Who does not fit waits for its turn; one larger than all of it goes alone. */
export class PixelBudget {
  readonly #limit: number;
  readonly #waiting: { readonly pixels: number; readonly begin: () => void }[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does `work` when there is room, in the order of the calls; its pixels are in hand until it has settled. */
  async hold<T>(pixels: number, work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ pixels, begin: resolve });
    this.#admit();
    await promise;
    try {
      return await work();
    } finally {
      this.#taken -= pixels;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken > 0 && this.#taken + next.pixels > this.#limit) return;
      this.#waiting.shift();
      this.#taken += next.pixels;
      next.begin();
    }
  }
}

/**
 * As the file's header states them; 0 for a file that decoding will refuse, and explain why.
 * @param decodable formats that this host reads
 */
export async function pixelsOf(input: Blob, decodable: readonly RasterFormat[]): Promise<number> {
  try {
    const bytes = new Uint8Array(await input.arrayBuffer());
    const { width, height } = sniff(bytes, { maxPixels: Infinity, decodable });
    return width * height;
  } catch {
    return 0;
  }
}
