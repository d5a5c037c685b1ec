import { contentDisposition } from '#queue/filename.ts';
import { SAVING_PATH, type SavingChunk, type SavingRequest, type SavingWish } from '../saving-messages.ts';

interface Saving extends SavingRequest {
  readonly port: MessagePort;
}

const announced = new Map<string, Saving>();

/** A page announces a file that it is about to download. */
export function announceSaving(request: SavingRequest, port: MessagePort): void {
  announced.set(request.id, { ...request, port });
  port.postMessage('ready' satisfies SavingWish);
}

/** The download of an announced file, or undefined when the path is none of one. */
export function answerSaving(pathname: string): Response | undefined {
  if (!pathname.startsWith(SAVING_PATH)) return undefined;
  const id = pathname.slice(SAVING_PATH.length);
  const saving = announced.get(id);
  announced.delete(id);
  if (saving === undefined) return new Response('This download is over.', { status: 410 });
  return new Response(streamOf(saving.port), {
    headers: {
      'content-type': saving.mediaType,
      'content-disposition': contentDisposition('attachment', saving.name),
      'x-content-type-options': 'nosniff',
      // The frame that starts it is in an isolated page.
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    },
  });
}

/** Asks for a chunk when there is room for one, so that nothing piles up when the disk is slow. */
function streamOf(port: MessagePort): ReadableStream<Uint8Array> {
  const wish = (what: SavingWish) => {
    port.postMessage(what);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { promise, resolve } = Promise.withResolvers<void>();
        port.onmessage = ({ data }: MessageEvent<SavingChunk>) => {
          if ('chunk' in data) controller.enqueue(data.chunk);
          else if ('done' in data) controller.close();
          else controller.error(new Error(data.failed));
          resolve();
        };
        wish('pull');
        return promise;
      },
      cancel() {
        wish('cancel');
      },
    },
    { highWaterMark: 1 },
  );
}
