/**
 * Gives the memory of a body's chunks back as soon as they have passed through, in place of whenever the collector
 * gets to it: with a hundred uploads at once that is 60 MB of garbage that the process does not have.
 *
 * A chunk may be cut into pieces, which go on in order. So when a piece of a later chunk is asked for, all chunks
 * before that one are spent.
 */
export class SpentChunks {
  readonly #passing: ArrayBuffer[] = [];

  /** A chunk whose memory is nobody else's goes on its way. */
  sent({ buffer, byteLength }: Uint8Array): void {
    // A part of something larger is not ours to give back.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) this.#passing.push(buffer);
  }

  /** A piece arrives: what came before its chunk has been read by everyone. */
  arrived({ buffer }: Uint8Array): void {
    const at = this.#passing.findIndex((passing) => passing === buffer);
    // Detached, a buffer's memory is free at once.
    for (const spent of this.#passing.splice(0, Math.max(0, at))) spent.transfer(0);
  }
}
