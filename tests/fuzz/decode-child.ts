/** Decodes what it is sent, as a runner does, and says how it went. A process of its own, since a decoder may die. */
import { MattingError } from '#matting/errors.ts';
import { createSharpCodec } from '../../server/matting/codec.ts';

const codec = createSharpCodec();
const limits = { maxPixels: 1_000_000 };

process.on('message', (bytes: Uint8Array<ArrayBuffer>) => {
  void decode(bytes).then((outcome) => process.send?.({ outcome, memoryBytes: process.memoryUsage.rss() }));
});
process.send?.('ready');

async function decode(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    const { image } = await codec.decode(new Blob([bytes]), limits, new AbortController().signal);
    const { width, height, data } = image;
    if (data.length !== width * height * 4)
      return `broken: ${String(width)} × ${String(height)}, ${String(data.length)} bytes`;
    return width * height <= limits.maxPixels
      ? 'decoded'
      : `broken: ${String(width)} × ${String(height)} is over the limit`;
  } catch (cause) {
    return cause instanceof MattingError && !cause.retryable ? cause.code : `broken: ${String(cause)}`;
  }
}
