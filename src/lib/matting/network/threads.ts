import { openKernels, sharedMemory, type Kernels } from './kernels.ts';
import type { Tensor } from '../runtime.ts';
import { CONTROL_BYTES, type Compiled, type Program, type Step } from './program.ts';
import { aligned, type Border } from './layout.ts';
import { LayerRunner } from './run.ts';

/*
 * Threads that run one network together. Each takes a few rows of a layer at a time, until there are none; a layer
 * begins when all rows of the one before are done. So a thread that the system has put aside holds up no more than the
 * rows that it has taken.
 */

/** Words that all threads see, at the beginning of the memory. */
const RUN = 0;
const AT_REST = 1;
const TAKING_PART = 2;
const FIRST_STEP = 8;
const nextOf = (step: number) => FIRST_STEP + 2 * step;
const doneOf = (step: number) => FIRST_STEP + 2 * step + 1;

/** Of a layer for each thread: enough to even out what the system gives each, few enough to cost nothing. */
const SHARES = 6;
/** Looks at a word before a thread goes to sleep; some microseconds. */
const LOOKS = 300;

/** What another thread needs to take part; it can be sent there. */
export interface Part {
  readonly program: Program;
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  /** Which of them it is; 0 is the one that asks for runs. */
  readonly thread: number;
}

class Thread {
  readonly #program: Program;
  readonly #threads: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #runner: LayerRunner;

  constructor({ program, memory, threads, thread }: Part, kernels: Kernels) {
    this.#program = program;
    this.#threads = threads;
    this.#words = wordsOf(memory);
    const scratch = program.bytes + thread * aligned(program.scratchBytes);
    this.#runner = new LayerRunner(kernels, memory.buffer, scratch);
  }

  clear(border: Border): void {
    this.#runner.clear(border);
  }

  takePart(): void {
    for (const [index, step] of this.#program.steps.entries()) {
      this.#takeRows(step, index);
      waitUntil(this.#words, doneOf(index), step.rows);
    }
  }

  #takeRows(step: Step, index: number): void {
    const share = Math.ceil(step.rows / (this.#threads * SHARES));
    for (;;) {
      const from = Atomics.add(this.#words, nextOf(index), share);
      if (from >= step.rows) return;
      const to = Math.min(from + share, step.rows);
      this.#runner.run(step, from, to);
      const done = Atomics.add(this.#words, doneOf(index), to - from) + to - from;
      if (done === step.rows) Atomics.notify(this.#words, doneOf(index));
    }
  }
}

function wordsOf({ buffer }: WebAssembly.Memory): Int32Array<SharedArrayBuffer> {
  return new Int32Array(buffer as unknown as SharedArrayBuffer, 0, CONTROL_BYTES / 4);
}

function waitUntil(words: Int32Array<SharedArrayBuffer>, word: number, value: number): void {
  for (let look = 0; look < LOOKS; look += 1) if (Atomics.load(words, word) === value) return;
  for (let now = Atomics.load(words, word); now !== value; now = Atomics.load(words, word)) {
    Atomics.wait(words, word, now);
  }
}

/** Takes part in each run, for as long as its worker lives. `onReady` is called before it begins to wait. */
export function serveNetwork(part: Part, onReady: () => void): never {
  const kernels = openKernels(part.memory);
  if (kernels === undefined) throw new Error('WebAssembly has no SIMD or no threads here.');
  const thread = new Thread(part, kernels);
  const words = wordsOf(part.memory);
  Atomics.add(words, AT_REST, 1);
  onReady();
  for (let run = 0; ; run += 1) {
    Atomics.wait(words, RUN, run);
    if (part.thread < Atomics.load(words, TAKING_PART)) thread.takePart();
    Atomics.add(words, AT_REST, 1);
    Atomics.notify(words, AT_REST);
  }
}

/** A network on the threads that were given their `part`, and the one that calls it. */
export class Network {
  readonly #part: Part;
  readonly #thread: Thread;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float32Array;

  private constructor(part: Part, kernels: Kernels) {
    this.#part = part;
    this.#thread = new Thread(part, kernels);
    this.#words = wordsOf(part.memory);
    this.#floats = new Float32Array(part.memory.buffer);
  }

  /**
   * `undefined` where WebAssembly has no SIMD or no threads.
   * @param threads the calling one among them
   * @throws RangeError when there is not enough memory
   */
  static open({ program, constants }: Compiled, threads: number): Network | undefined {
    const memory = sharedMemory(program.bytes + threads * aligned(program.scratchBytes));
    const kernels = openKernels(memory);
    if (kernels === undefined) return undefined;
    for (const { at, make } of constants) {
      const { buffer, byteOffset, byteLength } = make();
      new Uint8Array(memory.buffer, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return new Network({ program, memory, threads, thread: 0 }, kernels);
  }

  /** What the other threads are to be given. */
  partsOfOthers(): Part[] {
    return Array.from({ length: this.#part.threads - 1 }, (_, i) => ({ ...this.#part, thread: i + 1 }));
  }

  /**
   * @param input one image, [1, channels, height, width], of the program's size
   * @param takingPart how many of the threads do, the calling one among them; the others sleep on
   * @throws RangeError for an input of another size
   */
  run(input: Tensor, takingPart = this.#part.threads): Tensor {
    const { program, threads } = this.#part;
    waitUntil(this.#words, AT_REST, threads - 1);
    this.#words.fill(0, FIRST_STEP);
    Atomics.store(this.#words, AT_REST, 0);
    Atomics.store(this.#words, TAKING_PART, takingPart);
    this.#write(input);
    Atomics.add(this.#words, RUN, 1);
    Atomics.notify(this.#words, RUN);
    this.#thread.takePart();
    return this.#read(program);
  }

  #write({ data, dims }: Tensor): void {
    const { input, inputBorder } = this.#part.program;
    const { place, shape } = input;
    const { channels, height, width } = shape;
    if (dims.join() !== [1, channels, height, width].join())
      throw new RangeError(`The input is ${dims.join(' × ')}.`);
    this.#thread.clear(inputBorder);
    let at = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      for (let y = 0; y < height; y += 1) {
        let to = (place.at + y * place.row) / 4 + channel;
        for (let x = 0; x < width; x += 1, to += place.pixel / 4) this.#floats[to] = data[at++] ?? 0;
      }
    }
  }

  #read({ output: { place, shape } }: Program): Tensor {
    const { channels, height, width } = shape;
    const pixels = height * width;
    const data = new Float32Array(channels * pixels);
    // Pixel after pixel, as they lie there: channel after channel would go through all of them once for each.
    for (let y = 0, at = 0; y < height; y += 1) {
      let first = (place.at + y * place.row) / 4;
      for (let x = 0; x < width; x += 1, at += 1, first += place.pixel / 4) {
        for (let channel = 0, to = at; channel < channels; channel += 1, to += pixels) {
          data[to] = this.#floats[first + channel] ?? 0;
        }
      }
    }
    return { data, dims: [1, channels, height, width] };
  }
}
