/** Multiples of 3, so that base64 of the parts is that of the whole: what is read at once, and what fits a call. */
const READ_BYTES = 3 * 0x10000;
const CALL_BYTES = 3 * 0x2000;

/** Base64 of a blob in parts; only one part is in memory. */
export async function* base64Parts(blob: Blob): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < blob.size; at += READ_BYTES) {
    const bytes = new Uint8Array(await blob.slice(at, at + READ_BYTES).arrayBuffer());
    let text = '';
    for (let from = 0; from < bytes.length; from += CALL_BYTES) {
      // In steps: an argument list as long as a photo overflows the stack.
      text += btoa(String.fromCharCode(...bytes.subarray(from, from + CALL_BYTES)));
    }
    yield text;
  }
}

/** `data:<type>;base64,…` of a blob, in parts. */
export async function* dataUrlParts(blob: Blob, mediaType: string): AsyncGenerator<string, void, undefined> {
  yield `data:${mediaType};base64,`;
  yield* base64Parts(blob);
}
