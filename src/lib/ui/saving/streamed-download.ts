import {
  SAVING_PATH,
  type SavingChunk,
  type SavingGoesOn,
  type SavingRequest,
  type SavingWish,
} from '../../browser/saving-messages.ts';

/** Milliseconds in which the service worker has to answer. */
const ANSWER = 3_000;
/** Milliseconds for which the frame of a download stays after its last byte was handed over. */
const LINGER = 10_000;
/** A service worker that hears nothing for 30 seconds may be ended. */
const PING = 10_000;

/**
 * Downloads a stream as the service worker hands it on, so that it is on disk and never whole in memory. Resolves when
 * all of it was handed over.
 * @param open called once the download is sure to begin
 * @returns false, and has not called `open`, when there is no service worker to do it
 * @throws when the download was cancelled or the stream breaks
 */
export async function saveThroughServiceWorker(
  open: () => Promise<ReadableStream<Uint8Array>>,
  name: string,
  mediaType: string,
  signal: AbortSignal,
): Promise<boolean> {
  const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null;
  if (worker === null) return false;
  const { port1: port, port2 } = new MessageChannel();
  const wishes = new Wishes(port);
  const id = crypto.randomUUID();
  worker.postMessage({ type: 'SAVE', id, name, mediaType } satisfies SavingRequest, [port2]);
  if ((await wishes.next(ANSWER)) !== 'ready') return false;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = SAVING_PATH + id;
  document.body.append(frame);
  const ping = setInterval(() => {
    worker.postMessage({ type: 'SAVING' } satisfies SavingGoesOn);
  }, PING);
  try {
    if ((await wishes.next(ANSWER)) !== 'pull') return false;
    await handOver(await open(), port, wishes, signal);
    return true;
  } finally {
    clearInterval(ping);
    setTimeout(() => {
      port.close();
      frame.remove();
    }, LINGER);
  }
}

/** A chunk for each wish. */
async function handOver(
  stream: ReadableStream<Uint8Array>,
  port: MessagePort,
  wishes: Wishes,
  signal: AbortSignal,
): Promise<void> {
  const send = (what: SavingChunk) => {
    port.postMessage(what);
  };
  const reader = stream.getReader();
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      send({ chunk: value });
      if ((await wishes.next()) !== 'pull') throw new DOMException('The download was stopped.', 'AbortError');
    }
    send({ done: true });
  } catch (cause) {
    send({ failed: cause instanceof Error ? cause.message : 'The file could not be made.' });
    await reader.cancel().catch(() => undefined);
    throw cause;
  }
}

/** What comes through a port, in order. */
class Wishes {
  readonly #heard: SavingWish[] = [];
  #wake: () => void = () => undefined;

  constructor(port: MessagePort) {
    port.onmessage = ({ data }: MessageEvent<SavingWish>) => {
      this.#heard.push(data);
      this.#wake();
    };
  }

  /** Undefined when nothing is heard for so long. */
  async next(milliseconds = Infinity): Promise<SavingWish | undefined> {
    if (this.#heard.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(timer);
    }
    return this.#heard.shift();
  }
}
