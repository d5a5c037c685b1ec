import { KERNELS_WASM } from './kernels-wasm.ts';

/** Inner loops of kernels.wat. Addresses are bytes of `memory`; loads may reach `SLACK` bytes past what they use. */
export interface Kernels {
  narrowRgba(from: number, to: number, width: number, first: number, table: number, groups: number): void;
  stretchGrey(from: number, to: number, width: number, first: number, table: number, groups: number): void;
  sumRows(from: number, to: number, bytes: number, table: number, pairs: number): void;
  filterUp(from: number, to: number, bytes: number, rows: number): void;
  adler32(sum: number, from: number, bytes: number): number;
  dense(
    from: number,
    to: number,
    weights: number,
    inputs: number,
    outputs: number,
    groups: number,
    least: number,
  ): void;
}

export const SLACK = 32;
const PAGE = 65_536;

/** A standard of the web and of Node; the libraries of types have it with the DOM alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};
/** More than any step here should keep: WebAssembly never gives memory back. */
const MOST_BYTES = 48 * 1024 * 1024;

interface Instance extends Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

let instance: Instance | undefined;
let missing = false;

/** `undefined` where there is no SIMD in WebAssembly, or where compiling is forbidden: callers have a slower way. */
function open(): Instance | undefined {
  if (instance !== undefined || missing) return instance;
  try {
    const bytes = Uint8Array.from(atob(KERNELS_WASM), (character) => character.charCodeAt(0));
    // 2 KB compile at once, also on a page's main thread.
    instance = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Instance;
  } catch {
    missing = true;
  }
  return instance;
}

/** A desk to work on: places in the kernels' memory, each from a multiple of 16 on. Good until the next one is laid out. */
export interface Desk {
  readonly kernels: Kernels;
  /** All of the memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each place begins. */
  readonly at: readonly number[];
}

/** @param sizes bytes of each place; `undefined` when there are no kernels, or they would need too much memory */
export function layOutDesk(...sizes: readonly number[]): Desk | undefined {
  let end = 0;
  const at = sizes.map((size) => {
    const start = end;
    end = (start + size + SLACK + 15) & ~15;
    return start;
  });
  const kernels = end > MOST_BYTES ? undefined : open();
  if (kernels === undefined) return undefined;
  const { memory } = kernels;
  const lacking = end - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE));
  return { kernels, bytes: new Uint8Array(memory.buffer), at };
}
