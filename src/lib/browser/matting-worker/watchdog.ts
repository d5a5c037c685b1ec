/**
 * Barks when work is under way and nothing was heard for `seconds`. It counts its own ticks and not the clock: while a
 * laptop sleeps or a tab is frozen, the worker stands still as well and must not be blamed.
 */
export class Watchdog {
  readonly #seconds: number;
  readonly #bark: () => void;
  #silentTicks = 0;
  #underWay = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(seconds: number, bark: () => void) {
    this.#seconds = seconds;
    this.#bark = bark;
  }

  begin(): void {
    this.feed();
    this.#underWay += 1;
    this.#timer ??= setInterval(() => {
      this.#tick();
    }, 1000);
  }

  /** A sign of life. */
  feed(): void {
    this.#silentTicks = 0;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay <= 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#silentTicks += 1;
    if (this.#silentTicks < this.#seconds) return;
    this.stop();
    this.#bark();
  }
}
