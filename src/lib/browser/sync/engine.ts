import { OffcutError } from '#client/errors.ts';
import { serverEvents } from '#client/event-stream.ts';
import { createHttp } from '#client/http.ts';
import { judge, pauseMillis } from '#sync/failures.ts';
import type { Exchange } from './exchange.ts';
import type { ServerLink } from './interface.ts';
import type { SyncStore } from './sync-store.ts';

/** How the engine gets along with the server, besides what waits. */
export type EngineState =
  | { readonly state: 'connecting' }
  | { readonly state: 'online'; readonly busy: boolean }
  | { readonly state: 'offline'; readonly message: string; readonly retryAt: number }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

export interface EngineParts {
  readonly exchange: Exchange;
  readonly store: SyncStore;
  readonly link: ServerLink;
  /** Calls the listener whenever anything about jobs changed here. */
  readonly watch: (listener: () => void) => () => void;
  readonly onState: (state: EngineState) => void;
  readonly now: () => number;
  readonly random: () => number;
}

/** Events may be held back by something on the way, or be forbidden: then this often is asked. */
const ASK_SECONDS = 30;
/** A stream that was there is opened again after this. */
const LISTEN_AGAIN_MILLIS = 1000;
/** The server says every 15 seconds that it is there. */
const SILENT_SECONDS = 45;

type Lane = 'talk' | 'send' | 'fetch';

/**
 * Keeps this device and the server in step until `signal` aborts, or the server does not let it in. Three lanes, so that
 * a large photo on its way holds up neither a cancel nor results; one that fails stops all, for a while.
 */
export class SyncEngine {
  readonly #parts: EngineParts;
  readonly #wakers = new Set<() => void>();
  readonly #busy = new Set<Lane>();
  /** There may be news. */
  #news = true;
  #failures = 0;
  #pausedUntil = 0;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #state: EngineState = { state: 'connecting' };
  #onlineAgain = new AbortController();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Asks the server now, also in the middle of a pause. */
  askNow(): void {
    this.#news = true;
    this.#pausedUntil = 0;
    this.#wake();
  }

  async run(outer: AbortSignal): Promise<void> {
    const closed = new AbortController();
    const signal = AbortSignal.any([outer, closed.signal]);
    const unwatch = this.#parts.watch(() => {
      this.#wake();
    });
    const { exchange } = this.#parts;
    const close = () => {
      closed.abort();
    };
    const lanes = [
      this.#lane('talk', () => this.#talk(signal), signal, close),
      this.#lane('send', () => this.#send(signal), signal, close),
      this.#lane('fetch', () => exchange.fetchNext(signal), signal, close),
      this.#listen(signal),
    ];
    try {
      await Promise.all(lanes);
    } finally {
      closed.abort();
      clearTimeout(this.#pauseTimer);
      unwatch();
    }
  }

  async #talk(signal: AbortSignal): Promise<boolean> {
    const { exchange } = this.#parts;
    if (this.#news) {
      this.#news = false;
      try {
        await exchange.pull(signal);
      } catch (cause) {
        this.#news = true;
        throw cause;
      }
      return true;
    }
    if (await exchange.bury(signal)) return true;
    const wished = await exchange.wish(signal);
    if (wished) this.#news = true;
    return wished;
  }

  async #send(signal: AbortSignal): Promise<boolean> {
    // First hear of what came in of earlier sendings: it need not be sent again.
    if (this.#state.state !== 'online') return false;
    const sent = await this.#parts.exchange.sendNext(signal);
    if (sent) this.#tellNews();
    return sent;
  }

  #tellNews(): void {
    this.#news = true;
    this.#wake();
  }

  async #lane(
    name: Lane,
    step: () => Promise<boolean>,
    signal: AbortSignal,
    close: () => void,
  ): Promise<void> {
    while (!signal.aborted) {
      const woken = this.#nextWake(signal);
      try {
        await this.#pauseOver(signal);
        if (signal.aborted) return;
        this.#setBusy(name, true);
        const more = await step();
        if (name === 'talk') this.#wentWell();
        if (more) continue;
        this.#setBusy(name, false);
        await woken;
      } catch (cause) {
        this.#setBusy(name, false);
        if (signal.aborted) return;
        if (this.#failed(cause) === 'closed') close();
      }
    }
  }

  #setBusy(name: Lane, busy: boolean): void {
    if (busy) this.#busy.add(name);
    else this.#busy.delete(name);
    if (this.#state.state === 'online') this.#tell({ state: 'online', busy: this.#busy.size > 0 });
  }

  #wentWell(): void {
    this.#failures = 0;
    const wasOnline = this.#state.state === 'online';
    this.#tell({ state: 'online', busy: this.#busy.size > 0 });
    if (wasOnline) return;
    this.#onlineAgain.abort();
    this.#onlineAgain = new AbortController();
    this.#wake();
  }

  #failed(cause: unknown): 'closed' | 'paused' {
    const { now, random } = this.#parts;
    const failure = asFailure(cause);
    const verdict = judge(failure);
    if (verdict.kind === 'closed') {
      this.#tell({ state: 'refused', code: failure.code, message: failure.message });
      return 'closed';
    }
    // Lanes that fail together are one failure: three would make the pause four times as long.
    if (now() >= this.#pausedUntil) this.#failures += 1;
    const pause = verdict.kind === 'busy' ? verdict.seconds * 1000 : pauseMillis(this.#failures, random());
    this.#pausedUntil = Math.max(this.#pausedUntil, now() + pause);
    this.#news = true;
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      this.#wake();
    }, this.#pausedUntil - now());
    this.#tell({ state: 'offline', message: failure.message, retryAt: this.#pausedUntil });
    return 'paused';
  }

  async #pauseOver(signal: AbortSignal): Promise<void> {
    for (;;) {
      const rest = this.#pausedUntil - this.#parts.now();
      if (rest <= 0 || signal.aborted) return;
      await this.#nextWake(signal);
    }
  }

  /** Events say when there is news. Without them, time does. */
  async #listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#pauseOver(signal);
      const wasOpen = await this.#hear(signal);
      // What broke may have swallowed news, and a server that died is noticed by asking it.
      if (wasOpen) this.#tellNews();
      await sleep(wasOpen ? LISTEN_AGAIN_MILLIS : ASK_SECONDS * 1000, this.#orOnlineAgain(signal));
      this.#tellNews();
    }
  }

  /** @returns whether there was a stream at all, once it has ended */
  async #hear(signal: AbortSignal): Promise<boolean> {
    let open = false;
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        silence.abort();
      }, SILENT_SECONDS * 1000);
    };
    alive();
    try {
      const any = AbortSignal.any([signal, silence.signal]);
      const { since } = await this.#parts.store.cursor();
      const headers = { 'last-event-id': String(since) };
      const { body } = await createHttp(this.#parts.link).open('/queue/events', { headers, signal: any });
      if (body === null) return open;
      open = true;
      for await (const event of serverEvents(body, any, alive)) {
        void event;
        this.#tellNews();
      }
    } catch {
      // Whoever asks the server hears what is wrong with it.
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    return open;
  }

  /** Aborts with the signal, and when a server that was away is back. */
  #orOnlineAgain(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#onlineAgain.signal]);
  }

  #tell(state: EngineState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#parts.onState(state);
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
    this.#wakers.clear();
  }

  #nextWake(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      this.#wakers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    this.#wakers.add(done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
    return promise;
  }
}

function asFailure(cause: unknown): {
  code: string;
  status: number;
  message: string;
  retryAfterSeconds?: number | undefined;
} {
  if (cause instanceof OffcutError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof DOMException)) console.error('Sync stumbled, and tries again', cause);
  return { code: 'unreachable', status: 0, message };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    resolve();
  };
  const timer = setTimeout(done, milliseconds);
  signal.addEventListener('abort', done);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', done);
}
