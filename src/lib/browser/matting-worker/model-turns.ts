/** Works of one model that came one after the other, and begin together. */
interface Turn {
  readonly model: string;
  readonly begun: Promise<void>;
  readonly over: () => void;
  atWork: number;
}

/**
 * Lets works of the same model run together, and those of another when they are over, in the order in which they came:
 * a model is not taken from under those that use it.
 */
export class ModelTurns {
  #last: Turn | undefined;
  #lastOver: Promise<void> = Promise.resolve();

  async take<T>(model: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#last?.model === model ? this.#last : this.#next(model);
    turn.atWork += 1;
    try {
      await turn.begun;
      return await work();
    } finally {
      turn.atWork -= 1;
      if (turn.atWork === 0) this.#end(turn);
    }
  }

  #next(model: string): Turn {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = { model, begun: this.#lastOver, over: resolve, atWork: 0 };
    this.#last = turn;
    this.#lastOver = promise;
    return turn;
  }

  #end(turn: Turn): void {
    if (this.#last === turn) this.#last = undefined;
    turn.over();
  }
}
