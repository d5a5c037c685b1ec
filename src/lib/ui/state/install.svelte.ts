/** What browsers that install pages hand to one (https://wicg.github.io/manifest-incubations/). */
interface InstallEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

const KEY = 'offcut.install';

/** How this page becomes an app. `ios`: only by hand, from the browser's menu. */
export type InstallWay = 'none' | 'prompt' | 'ios';

/** Whether and how Offcut can be installed here; offered once, and from then on to be found in the settings. */
export class Install {
  way = $state.raw<InstallWay>('none');
  #event: InstallEvent | undefined;

  /** @returns stops listening */
  listen(onInstalled: () => void): () => void {
    const offered = (event: Event) => this.#take(event as InstallEvent);
    const installed = () => {
      this.way = 'none';
      onInstalled();
    };
    addEventListener('beforeinstallprompt', offered);
    addEventListener('appinstalled', installed);
    // It may have come before this script (src/app.html).
    const early = (window as { offcutInstall?: InstallEvent }).offcutInstall;
    if (early) this.#take(early);
    else if (isIosBrowser()) this.way = 'ios';
    return () => {
      removeEventListener('beforeinstallprompt', offered);
      removeEventListener('appinstalled', installed);
    };
  }

  /** To be called in a click. */
  async prompt(): Promise<void> {
    const event = this.#event;
    this.#event = undefined;
    this.way = 'none';
    await event?.prompt();
  }

  /** True the first time that it is asked on this device. */
  isFirstOffer(storage: () => Storage): boolean {
    try {
      if (storage().getItem(KEY) !== null) return false;
      storage().setItem(KEY, 'offered');
      return true;
    } catch {
      return false;
    }
  }

  #take(event: InstallEvent): void {
    event.preventDefault();
    this.#event = event;
    this.way = 'prompt';
  }
}

/** iPadOS calls itself a Mac, and is the only one with touch. */
function isIosBrowser(): boolean {
  const { userAgent, maxTouchPoints } = navigator;
  const ios = /iPhone|iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  return ios && !matchMedia('(display-mode: standalone)').matches;
}
