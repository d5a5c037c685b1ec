/** Real images, changed at random, against what looks at them and decodes them. Never a crash, a hang, or a flood. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fromRoot } from '../support/run-script.ts';
import * as odd from '../fixtures/odd-images.ts';
import { mutate } from './mutate.ts';
import { Chance } from './random.ts';

const HANG_MS = 20_000;
const MOST_MEMORY_BYTES = 700 * 1024 * 1024;

type Answer = { readonly outcome: string; readonly memoryBytes: number };

export async function imageSeeds(): Promise<[Buffer, ...Buffer[]]> {
  const scene = () => odd.scene();
  return [
    await scene().jpeg().toBuffer(),
    await scene().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    await scene().png().toBuffer(),
    await scene().png({ palette: true, progressive: true }).toBuffer(),
    await scene().webp().toBuffer(),
    await scene().webp({ lossless: true }).toBuffer(),
    await scene().gif().toBuffer(),
    await odd.animated('gif'),
    await odd.animated('webp'),
    await scene().tiff({ compression: 'lzw' }).toBuffer(),
    await odd.twoPageTiff(),
    await scene().avif({ effort: 0 }).toBuffer(),
  ];
}

export function imageOf(seeds: readonly [Buffer, ...Buffer[]], seed: number, round: number): Buffer {
  const chance = new Chance(seed + round);
  return mutate(chance.oneOf(seeds), chance);
}

/** Use with `await using`. */
export class Decoder implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<Decoder> {
    const child = fork(fromRoot('tests/fuzz/decode-child.ts'), { serialization: 'advanced' });
    await once(child, 'message');
    return new Decoder(child);
  }

  /** @returns the error's code, or `decoded`. @throws {Error} when it died, hung, or was flooded */
  async decode(bytes: Buffer): Promise<string> {
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(HANG_MS)]);
    const answered = once(this.#child, 'message', { signal });
    const died = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`The decoder died (${String(this.#child.signalCode ?? this.#child.exitCode)}).`);
    });
    for (const one of [answered, died]) one.catch(() => undefined);
    this.#child.send(new Uint8Array(bytes));
    const [{ outcome, memoryBytes }] = (await Promise.race([answered, died])) as [Answer];
    enough.abort();
    if (outcome.startsWith('broken')) throw new Error(outcome);
    if (memoryBytes > MOST_MEMORY_BYTES) throw new Error(`The decoder holds ${String(memoryBytes)} bytes.`);
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
