const CHUNK = 0x8000;

/** `data:<type>;base64,…` of a blob. */
export async function toDataUrl(blob: Blob, mediaType: string): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  // In chunks: an argument list as long as a photo overflows the stack.
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return `data:${mediaType};base64,${btoa(binary)}`;
}
