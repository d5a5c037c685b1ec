/** Tries under way at a time: of all, for one tenant, to one host, so that a slow receiver leaves room for others. */
const MOST = 32;
const MOST_OF_TENANT = 16;
const MOST_OF_HOST = 4;

export class Slots {
  readonly #used = new Map<string, number>();
  #all = 0;

  get full(): boolean {
    return this.#all >= MOST;
  }

  /** @returns how to give it back; undefined when the host or the tenant has all that it may have */
  take({ host, tenant }: { readonly host: string; readonly tenant: string }): (() => void) | undefined {
    const limits = { [`host ${host}`]: MOST_OF_HOST, [`tenant ${tenant}`]: MOST_OF_TENANT };
    const names = Object.keys(limits);
    if (this.full || Object.entries(limits).some(([name, most]) => this.#of(name) >= most)) return undefined;
    this.#all += 1;
    for (const name of names) this.#used.set(name, this.#of(name) + 1);
    return () => {
      this.#all -= 1;
      for (const name of names) {
        if (this.#of(name) === 1) this.#used.delete(name);
        else this.#used.set(name, this.#of(name) - 1);
      }
    };
  }

  #of(name: string): number {
    return this.#used.get(name) ?? 0;
  }
}
