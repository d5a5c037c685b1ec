import { QueueError } from '#queue/errors.ts';

/** How long a body may take. */
export interface PaceLimits {
  /** From its first byte to its last. */
  readonly totalSeconds: number;
  /** Between two reads of it. Time that we take ourselves does not count. */
  readonly idleSeconds: number;
}

/** Watches the pace of a body that comes in; a client that stalls or drips loses its place. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #onTooSlow: (refusal: QueueError) => void;
  readonly #total: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout;
  #waiting = false;

  /** @param onTooSlow is told once, with `upload_too_slow` */
  constructor(limits: PaceLimits, onTooSlow: (refusal: QueueError) => void) {
    this.#limits = limits;
    this.#onTooSlow = onTooSlow;
    this.#total = setTimeout(() => {
      this.#stop(`took longer than ${String(limits.totalSeconds)} seconds`);
    }, limits.totalSeconds * 1000);
    this.#idle = setTimeout(() => {
      // Rearmed by the next wait; one timer serves a whole body.
      if (this.#waiting) this.#stop(`stopped coming for ${String(limits.idleSeconds)} seconds`);
    }, limits.idleSeconds * 1000);
  }

  /** Waits for the client's next bytes. */
  async next<T>(read: () => Promise<T>): Promise<T> {
    this.#waiting = true;
    this.#idle.refresh();
    try {
      return await read();
    } finally {
      this.#waiting = false;
    }
  }

  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
  }

  #stop(what: string): void {
    this.end();
    const { totalSeconds, idleSeconds } = this.#limits;
    this.#onTooSlow(
      new QueueError(
        'upload_too_slow',
        `The request's body ${what}. Send fewer or smaller images in one request, or over a faster line.`,
        { fields: { total_seconds: totalSeconds, idle_seconds: idleSeconds } },
      ),
    );
  }
}
