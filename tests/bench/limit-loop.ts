/**
 * A bare loop in processes of its own, as many as there are cores: what the hardware does with the network, or with
 * reading and writing files, when there is nothing else at all.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MALLOC } from '../../server/runner/runner-process.ts';
import type { FromLoop, LoopKind } from './limit-loop-child.ts';

const ENTRY = fileURLToPath(new URL('./limit-loop-child.ts', import.meta.url));

export class LimitLoop implements AsyncDisposable {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /**
   * @param kind `network`: onnxruntime with its own defaults on the published weights; `own`: as the server runs it;
   *   `codec`: decoding a file and writing its pixels as PNG, as the server does both
   * @param file for the codec
   */
  static async start(kind: LoopKind, file: Uint8Array = new Uint8Array(0)): Promise<LimitLoop> {
    const children = Array.from({ length: availableParallelism() }, () =>
      fork(ENTRY, { serialization: 'advanced', env: { ...MALLOC, ...process.env } }),
    );
    await Promise.all(
      children.map((child) => {
        child.send({ type: 'open', kind, file });
        return once(child, 'message');
      }),
    );
    return new LimitLoop(children);
  }

  /** Images a second of all processes together, each of which does `count`. */
  async rate(count: number): Promise<number> {
    const rates = await Promise.all(
      this.#children.map(async (child) => {
        child.send({ type: 'run', count });
        const [{ seconds }] = (await once(child, 'message')) as [FromLoop];
        return count / seconds;
      }),
    );
    return rates.reduce((sum, rate) => sum + rate, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }),
    );
  }
}
