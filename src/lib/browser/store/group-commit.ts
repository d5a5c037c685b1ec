import { macrotask } from '../macrotask.ts';

/** One caller's part of a transaction. */
interface Part {
  readonly run: () => Promise<void>;
  readonly settle: (failure?: { readonly cause: unknown }) => void;
}

/** Many at most for one transaction: others wait for as long as it takes. */
const MOST = 100;

/**
 * Group commit: what many callers want written at about the same time goes into one transaction, in their order, and
 * waits for the disk once. All are answered after the commit, for until then nothing is durable.
 *
 * IndexedDB has no savepoints: when one part fails, nothing of the group is kept, and each is tried in a transaction of
 * its own. So a part may run twice, and must have no effect but what it writes.
 *
 * Source: DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984.
 */
export class GroupCommit {
  readonly #transact: (work: () => Promise<void>) => Promise<void>;
  #waiting: Part[] = [];
  #busy = false;

  /** @param transact runs `work` in a transaction that is over, durably, when it resolves */
  constructor(transact: (work: () => Promise<void>) => Promise<void>) {
    this.#transact = transact;
  }

  /** Runs `work` in a transaction with others. @throws what `work` throws, or the transaction */
  write<T>(work: () => PromiseLike<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let answer: { readonly value: T } | undefined;
    this.#waiting.push({
      run: async () => {
        answer = { value: await work() };
      },
      settle: (failure) => {
        if (failure !== undefined) reject(failure.cause);
        else if (answer !== undefined) resolve(answer.value);
      },
    });
    if (!this.#busy) void this.#commitAll();
    return promise;
  }

  async #commitAll(): Promise<void> {
    this.#busy = true;
    // After the promises at hand: all that they want written goes together.
    await macrotask();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST);
      if (!(await this.#commit(group)) && group.length > 1)
        for (const part of group) await this.#commit([part]);
    }
    this.#busy = false;
  }

  /** False when the transaction failed and its parts, being several, still wait for an answer. */
  async #commit(group: readonly Part[]): Promise<boolean> {
    try {
      await this.#transact(async () => {
        for (const { run } of group) await run();
      });
    } catch (cause) {
      if (group.length === 1) group[0]?.settle({ cause });
      return false;
    }
    for (const { settle } of group) settle();
    return true;
  }
}
