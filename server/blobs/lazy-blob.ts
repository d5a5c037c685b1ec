import { toBody } from '#queue/routes/stream.ts';

/** Reads bytes `start` (included) to `end` (excluded); called anew for each reading. */
export type ReadRange = (start: number, end: number) => AsyncIterable<Uint8Array>;

/**
 * A `Blob` whose bytes stay where they are until someone reads them, and then pass by in chunks. It is one for
 * everybody who calls its methods; what the platform reads behind them (`new Blob([blob])`, `new Response(blob)`)
 * would find it empty: give those its `stream()` or `bytes()`.
 */
export class LazyBlob extends Blob {
  readonly #start: number;
  readonly #end: number;
  readonly #read: ReadRange;

  constructor(size: number, read: ReadRange, start = 0) {
    super();
    this.#start = start;
    this.#end = start + size;
    this.#read = read;
  }

  override get size(): number {
    return this.#end - this.#start;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return toBody(this.#chunks()) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#read(this.#start, this.#end);
  }

  /** As `Blob.slice`: negative numbers count from the end, and what lies outside is cut off. */
  override slice(start = 0, end = this.size): LazyBlob {
    const clamp = (at: number) => Math.min(this.size, Math.max(0, at < 0 ? this.size + at : at));
    const from = clamp(start);
    return new LazyBlob(Math.max(0, clamp(end) - from), this.#read, this.#start + from);
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for await (const chunk of this.#read(this.#start, this.#end)) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    return bytes;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }
}
