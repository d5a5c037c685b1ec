import type { Workbox } from 'workbox-window';
import { STORING_CHANNEL, type StoringMessage } from './offline-messages.ts';
import type { Offline, OfflineWhy } from './offcut.ts';
import { Observable, type Unsubscribe } from './observable.ts';
import { whenIdle } from './when-idle.ts';

const SCRIPT = '/service-worker.js';
const UPDATE_CHECK_HOURS = 1;

/**
 * Registers the service worker, and says how far the app is from working offline. A new version waits until the user
 * applies it. Never throws: an unreachable server or a browser without service workers is a state like any other.
 */
export class OfflineReadiness {
  readonly #state = new Observable<Offline>({ state: 'storing', fraction: 0 });
  readonly #channel = new BroadcastChannel(STORING_CHANNEL);
  readonly #closed = new AbortController();
  #applying = false;

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<StoringMessage>) => {
      if (this.#isStoring()) this.#state.set({ state: 'storing', fraction: data.fraction });
    };
    void this.#start();
  }

  observe(listener: (offline: Offline) => void): Unsubscribe {
    return this.#state.observe(listener);
  }

  close(): void {
    this.#closed.abort();
    this.#channel.close();
  }

  async #start(): Promise<void> {
    const why = whyNot();
    if (why !== undefined) {
      this.#unavailable(...why);
      return;
    }
    // The app is stored by a second core, if there is one, and over the same line: the page comes first.
    await whenIdle();
    if (this.#closed.signal.aborted) return;
    try {
      const { Workbox } = await import('workbox-window');
      const workbox = new Workbox(SCRIPT);
      this.#followStoring(workbox);
      this.#followUpdates(workbox);
      await workbox.register({ immediate: true });
      this.#lookForUpdates(workbox);
    } catch (cause) {
      // With the server out of reach this page itself came out of the cache.
      if ((await navigator.serviceWorker.getRegistration())?.active) return;
      this.#unavailable(
        'unreachable',
        `The app could not be stored (${messageOf(cause)}). It works while this page is open.`,
      );
    }
  }

  #isStoring(): boolean {
    return this.#state.value.state === 'storing';
  }

  #followStoring(workbox: Workbox): void {
    // Resolves once a version is active, which it is not before all of it is stored.
    void navigator.serviceWorker.ready.then(() => {
      if (this.#isStoring()) this.#state.set({ state: 'ready' });
    });
    workbox.addEventListener('redundant', () => {
      // A failed update leaves the version that works.
      if (!this.#isStoring()) return;
      this.#unavailable(
        'incomplete',
        'The app could not be stored whole: the connection broke, or there is no room left. It works while this page is open; reload it to try again.',
      );
    });
  }

  #followUpdates(workbox: Workbox): void {
    workbox.addEventListener('waiting', () => {
      this.#offer(() => {
        this.#applying = true;
        workbox.messageSkipWaiting();
      });
    });
    const { serviceWorker } = navigator;
    let controlled = serviceWorker.controller !== null;
    const onChange = () => {
      const isUpdate = controlled;
      controlled = true;
      // At the first visit the new service worker takes over the page that it came with.
      if (!isUpdate) return;
      if (this.#applying) location.reload();
      // Another tab applied it. Files that only this version has may be gone.
      else {
        this.#offer(() => {
          location.reload();
        });
      }
    };
    serviceWorker.addEventListener('controllerchange', onChange, { signal: this.#closed.signal });
  }

  #offer(apply: () => void): void {
    this.#state.set({ state: 'update', apply });
  }

  /** A page may stay open for days. */
  #lookForUpdates(workbox: Workbox): void {
    const look = () => {
      workbox.update().catch(() => undefined);
    };
    const timer = setInterval(look, UPDATE_CHECK_HOURS * 3600 * 1000);
    this.#closed.signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
  }

  #unavailable(why: OfflineWhy, reason: string): void {
    this.#state.set({ state: 'unavailable', why, reason });
  }
}

function whyNot(): [OfflineWhy, string] | undefined {
  if (import.meta.env.DEV)
    return ['development', 'The development server does not work offline; build the app for that.'];
  if (!isSecureContext)
    return [
      'insecure',
      'Browsers store an app only from HTTPS or this machine. It works while this page is open.',
    ];
  if (!('serviceWorker' in navigator)) {
    return [
      'forbidden',
      'This browser window does not allow apps to be stored (a private window?). It works while this page is open.',
    ];
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
