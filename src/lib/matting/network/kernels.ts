import { PLAIN_WASM, RELAXED_WASM } from './kernels-wasm.ts';

/** Inner loops of kernels.wat. Addresses and steps are in bytes of the memory that they were opened with. */
export interface Kernels {
  convolve: Convolve;
  convolveToOne: Convolve;
  transformTiles(
    from: number,
    fromStep: number,
    fromRow: number,
    to: number,
    plane: number,
    tiles: number,
    fours: number,
  ): void;
  untransformTiles(
    from: number,
    plane: number,
    to: number,
    toStep: number,
    toRow: number,
    tiles: number,
    fours: number,
    bias: number,
    least: number,
  ): void;
  pool(
    above: number,
    below: number,
    beside: number,
    fromStep: number,
    to: number,
    toStep: number,
    pixels: number,
    fours: number,
  ): void;
  resize(
    above: number,
    below: number,
    down: number,
    table: number,
    to: number,
    toStep: number,
    pixels: number,
    fours: number,
  ): void;
  add(
    first: number,
    firstStep: number,
    second: number,
    secondStep: number,
    to: number,
    toStep: number,
    pixels: number,
    fours: number,
  ): void;
}

type Convolve = (
  from: number,
  fromStep: number,
  to: number,
  toStep: number,
  tiles: number,
  weights: number,
  bias: number,
  channels: number,
  taps: number,
  tapsEnd: number,
  least: number,
) => void;

const PAGE = 65_536;

/** Room for so many bytes, which threads share. @throws RangeError when there is no such room */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** `undefined` where WebAssembly has neither SIMD nor threads, or where compiling is forbidden. */
export function openKernels(memory: WebAssembly.Memory): Kernels | undefined {
  // Relaxed SIMD multiplies and adds at once.
  return instantiate(RELAXED_WASM, memory) ?? instantiate(PLAIN_WASM, memory);
}

function instantiate(base64: string, memory: WebAssembly.Memory): Kernels | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    return exports as unknown as Kernels;
  } catch {
    return undefined;
  }
}
