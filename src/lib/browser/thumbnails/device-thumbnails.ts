import type { Device } from '../device.ts';
import type { ItemEdits } from '../edits/item-edits.ts';
import { Thumbnails, type ThumbnailOf } from './thumbnails.ts';

/** Milliseconds after opening; what is on the page comes first. */
const TIDY_AFTER = 15_000;

/** Thumbnails of the images on this device; those with edits show them. */
export class DeviceThumbnails {
  readonly #device: Pick<Device, 'queue' | 'client'>;
  readonly #edits: ItemEdits;
  readonly #thumbnails = new Thumbnails();
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(device: Pick<Device, 'queue' | 'client'>, edits: ItemEdits) {
    this.#device = device;
    this.#edits = edits;
    this.#timer = setTimeout(() => {
      const exists = async (jobId: string) => (await device.queue.store.get(jobId)) !== undefined;
      void this.#thumbnails.forgetAllBut(exists);
    }, TIDY_AFTER);
  }

  async of(of: ThumbnailOf, signal: AbortSignal): Promise<Blob | undefined> {
    const { jobId, index, kind } = of;
    if (kind === 'input') {
      const input = () => this.#device.queue.blobs.get({ jobId, index, kind: 'input' });
      return this.#thumbnails.get(of, input, signal);
    }
    const edited = await this.#edits.preview({ jobId, index });
    return (
      edited ??
      this.#thumbnails.get(of, async () => (await this.#device.client.result(jobId, index)).blob, signal)
    );
  }

  toPng(picture: Blob): Promise<Blob> {
    return this.#thumbnails.toPng(picture);
  }

  forgetJob(jobId: string): Promise<void> {
    return this.#thumbnails.forgetJob(jobId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#thumbnails.close();
  }
}
