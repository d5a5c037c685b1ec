import { Workbox } from 'workbox-window';
import { STORING_CHANNEL, type StoringMessage } from './offline-messages.ts';
import type { Offline, Unsubscribe } from './offcut.ts';
import { Observable } from './observable.ts';

const SCRIPT = '/service-worker.js';
const UPDATE_CHECK_HOURS = 1;

/**
 * Registers the service worker, and says how far the app is from working offline. A new version waits until the user
 * applies it. Never throws: an unreachable server or a browser without service workers is a state like any other.
 */
export class OfflineReadiness {
  readonly #state = new Observable<Offline>({ state: 'storing', fraction: 0 });
  readonly #channel = new BroadcastChannel(STORING_CHANNEL);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<StoringMessage>) => {
      if (this.#state.value.state === 'storing')
        this.#state.set({ state: 'storing', fraction: data.fraction });
    };
    void this.#start();
  }

  observe(listener: (offline: Offline) => void): Unsubscribe {
    return this.#state.observe(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#channel.close();
  }

  async #start(): Promise<void> {
    const why = whyNot();
    if (why !== undefined) {
      this.#unavailable(why);
      return;
    }
    const workbox = new Workbox(SCRIPT);
    this.#follow(workbox);
    try {
      const registration = await workbox.register({ immediate: true });
      if (registration?.active && !registration.waiting) this.#state.set({ state: 'ready' });
      this.#lookForUpdates(workbox);
    } catch (cause) {
      // With the server out of reach this page itself came out of the cache.
      if ((await navigator.serviceWorker.getRegistration())?.active) this.#state.set({ state: 'ready' });
      else
        this.#unavailable(
          `The app could not be stored (${messageOf(cause)}). It works while this page is open.`,
        );
    }
  }

  #follow(workbox: Workbox): void {
    workbox.addEventListener('activated', () => {
      this.#state.set({ state: 'ready' });
    });
    workbox.addEventListener('waiting', () => {
      this.#offerUpdate(workbox);
    });
    workbox.addEventListener('redundant', ({ isUpdate }) => {
      // A failed update leaves the version that works.
      if (isUpdate) return;
      this.#unavailable(
        'The app could not be stored whole: the connection broke, or there is no room left. It works while this page is open; reload it to try again.',
      );
    });
  }

  #offerUpdate(workbox: Workbox): void {
    const apply = () => {
      workbox.addEventListener('controlling', () => {
        location.reload();
      });
      workbox.messageSkipWaiting();
    };
    this.#state.set({ state: 'update', apply });
  }

  /** A page may stay open for days. */
  #lookForUpdates(workbox: Workbox): void {
    this.#timer = setInterval(
      () => {
        workbox.update().catch(() => undefined);
      },
      UPDATE_CHECK_HOURS * 3600 * 1000,
    );
  }

  #unavailable(reason: string): void {
    this.#state.set({ state: 'unavailable', reason });
  }
}

function whyNot(): string | undefined {
  if (import.meta.env.DEV) return 'The development server does not work offline; build the app for that.';
  if (!isSecureContext)
    return 'Browsers store an app only from HTTPS or this machine. It works while this page is open.';
  if (!('serviceWorker' in navigator)) {
    return 'This browser window does not allow apps to be stored (a private window?). It works while this page is open.';
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
