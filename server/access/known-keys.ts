import type { ApiKey, KeyStore } from './key-store.ts';

/** How long a revoked key may still be taken. */
const FRESH_MILLIS = 2000;
/** Ids that are remembered, those of no key among them. */
const MOST = 10_000;
/** A use is noted no more often, so that a request costs no write. */
const USED_EVERY_MILLIS = 5 * 60 * 1000;

interface Looked {
  readonly at: number;
  readonly key: Promise<ApiKey | undefined>;
}

/** The key store, asked about each key once in two seconds and process, however many requests come with it. */
export class KnownKeys {
  readonly #store: KeyStore;
  readonly #now: () => number;
  readonly #looked = new Map<string, Looked>();
  readonly #usedAt = new Map<string, number>();
  #any: { readonly at: number; readonly answer: Promise<boolean> } | undefined;

  constructor(store: KeyStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  find(id: string): Promise<ApiKey | undefined> {
    const known = this.#looked.get(id);
    if (known !== undefined && this.#isFresh(known.at)) return known.key;
    const key = this.#store.find(id);
    this.#looked.delete(id);
    this.#looked.set(id, { at: this.#now(), key });
    if (this.#looked.size > MOST) this.#looked.delete(oldestOf(this.#looked));
    // What failed is asked anew.
    key.catch(() => this.#looked.delete(id));
    return key;
  }

  /** Whether there is any key: from then on there always is. */
  async any(): Promise<boolean> {
    const asked = this.#any;
    if (asked !== undefined && (this.#isFresh(asked.at) || (await asked.answer))) return asked.answer;
    const answer = this.#store.any();
    this.#any = { at: this.#now(), answer };
    answer.catch(() => (this.#any = undefined));
    return answer;
  }

  /** Notes a use, if the last one is some minutes ago. */
  async used({ id, lastUsedAt }: ApiKey): Promise<void> {
    const now = this.#now();
    if (now - Math.max(lastUsedAt ?? 0, this.#usedAt.get(id) ?? 0) < USED_EVERY_MILLIS) return;
    this.#usedAt.delete(id);
    this.#usedAt.set(id, now);
    if (this.#usedAt.size > MOST) this.#usedAt.delete(oldestOf(this.#usedAt));
    await this.#store.used(id, now);
  }

  /** A clock that was set back makes nothing fresh for long. */
  #isFresh(at: number): boolean {
    return Math.abs(this.#now() - at) < FRESH_MILLIS;
  }
}

function oldestOf(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value ?? '';
}
