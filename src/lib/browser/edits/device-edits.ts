import type { Remote } from 'comlink';
import { type Edits, type ExportFormat, withLookOf } from '#matting/edits/edits.ts';
import { backgroundKey, inputKey } from '#queue/blob-keys.ts';
import { QueueError } from '#queue/errors.ts';
import { resultName } from '#queue/filename.ts';
import type { CompletedItem, Job } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import type { SubmitWire } from '#queue/wire.ts';
import type { Device } from '../device.ts';
import type { SubmitOptions } from '../submit-options.ts';
import { EditsClient, startEditsWorker } from './client.ts';
import { canBeEdits, editsLike, matteOf, plainOptions } from './editable.ts';
import { EditsStore, itemKey } from './edits-store.ts';
import { exportName } from './file-name.ts';
import type { EditSource, EditsWorker, ExportTask, PictureSource, Seen } from './interface.ts';
import type {
  ExportControl,
  ExportedFile,
  ItemEdits,
  ItemRef,
  NotEditable,
  OpenItem,
  ViewOf,
} from './item-edits.ts';

/** Longer side of previews, pixels: large enough for a card on a dense screen. */
const PREVIEW_EDGE = 800;

export type Submit = (file: Blob, name: string, options: SubmitOptions) => Promise<SubmitWire>;

/** A finished image, with all that edits need of it. */
interface Finished {
  readonly job: Job;
  readonly item: CompletedItem;
  readonly result: Blob;
}

/** Edits of the images on this device; which images have some is for `EditsOnDemand` to tell. */
export class DeviceEdits implements Omit<ItemEdits, 'observe'> {
  readonly #device: Pick<Device, 'queue' | 'client'>;
  readonly #store: EditsStore;
  readonly #submit: Submit;
  readonly #fetchPhoto: ((item: ItemRef) => Promise<Blob | undefined>) | undefined;
  readonly #worker = new EditsClient(startEditsWorker);

  /** @param fetchPhoto has one come that is on another device only */
  constructor(
    device: Pick<Device, 'queue' | 'client' | 'db'>,
    submit: Submit,
    fetchPhoto?: (item: ItemRef) => Promise<Blob | undefined>,
  ) {
    this.#device = device;
    this.#store = new EditsStore(device.db);
    this.#submit = submit;
    this.#fetchPhoto = fetchPhoto;
  }

  /**
   * Submits a photo as a plain cutout, with edits that make it look as `options` ask: so what was chosen before the
   * drop can be changed after it, and the whole cutout is kept. Options that no edits can stand for are submitted as
   * they are.
   * @throws QueueError; then nothing was submitted
   */
  async submit(file: Blob, name: string, options: SubmitOptions): Promise<SubmitWire> {
    const { background_image: behind, model, place, ...given } = options;
    const { data: asked } = jobOptions.safeParse(given);
    // Options that make no sense are for the contract to refuse.
    if (asked === undefined || !canBeEdits(asked)) return this.#submit(file, name, options);
    const picture = behind && (await this.addPicture(behind));
    const plain = {
      ...plainOptions(asked),
      ...(model !== undefined && { model }),
      ...(place !== undefined && { place }),
    };
    const answer = await this.#submit(file, name, plain);
    try {
      await this.save({ jobId: answer.job_id, index: 0 }, editsLike(asked, picture));
    } catch (cause) {
      await this.#device.client.remove(answer.job_id).catch(() => undefined);
      throw cause;
    }
    return answer;
  }

  async #photo(item: CompletedItem): Promise<Blob | undefined> {
    return (await this.#device.queue.blobs.get(inputKey(item))) ?? this.#fetchPhoto?.(item);
  }

  async get(item: ItemRef): Promise<Edits | undefined> {
    return (await this.#store.get(item))?.edits;
  }

  async save(item: ItemRef, edits: Edits): Promise<void> {
    await this.#store.change([item], () => edits);
  }

  async applyTo(items: readonly ItemRef[], edits: Edits): Promise<() => Promise<void>> {
    const before = await this.#store.change(items, (own) => withLookOf(edits, own));
    return async () => {
      await this.#store.change(items, (_, at) => before[at]);
    };
  }

  async reset(items: readonly ItemRef[]): Promise<void> {
    await this.#store.change(items, () => undefined);
  }

  async addPicture(image: Blob): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await image.arrayBuffer()));
    const id = [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    await this.#store.addPicture(id, image);
    return id;
  }

  picture(id: string): Promise<Blob | undefined> {
    return this.#store.picture(id);
  }

  async obstacle(ref: ItemRef): Promise<NotEditable | undefined> {
    const { job, item } = await this.#finished(ref);
    const matte = matteOf(job.options);
    if (matte === 'painted' || matte === 'cut') return matte;
    return (await this.#photo(item)) === undefined ? 'gone' : undefined;
  }

  async open(ref: ItemRef): Promise<OpenItem> {
    const source = await this.#source(await this.#finished(ref));
    const size = await this.#worker.call((worker) => worker.open(source));
    const picture = this.#pictureReader();
    const ask = async <T>(
      work: (
        worker: Remote<EditsWorker>,
        request: ViewOf & { key: string; picture?: PictureSource },
      ) => Promise<T>,
      of: ViewOf,
    ) => {
      const found = await picture(of.edits);
      const request = { ...of, key: source.key, ...(found && { picture: found }) };
      return this.#worker.call((worker) => work(worker, request));
    };
    const look = async (of: ViewOf): Promise<Seen> => {
      const seen = await ask((worker, request) => worker.view(request), of);
      if (seen) return seen;
      await this.#worker.call((worker) => worker.open(source));
      const again = await ask((worker, request) => worker.view(request), of);
      if (again) return again;
      throw new QueueError('internal_error', 'The image was closed while it was looked at. Open it again.');
    };
    return {
      ...size,
      view: look,
      beginStroke: (stroke) => this.#worker.call((worker) => worker.beginStroke(source.key, stroke)),
      extendStroke: (points, of) => ask((worker, request) => worker.extendStroke(points, request), of),
      endStroke: () => this.#worker.call((worker) => worker.endStroke()),
      colourAt: (of, x, y) => ask((worker, request) => worker.colourAt(request, x, y), of),
      close: () => this.#worker.call((worker) => worker.close()),
    };
  }

  async makeEditable(ref: ItemRef): Promise<ItemRef> {
    const { job, item } = await this.#finished(ref);
    const { blobs } = this.#device.queue;
    const input = await this.#photo(item);
    if (input === undefined) throw photoGone(item);
    const background =
      job.options.background === 'image' ? await blobs.get(backgroundKey(job.id)) : undefined;
    const picture = background && (await this.addPicture(background));
    const options = { ...plainOptions(job.options), model: job.model };
    const { job_id } = await this.#submit(input, item.filename, options);
    const made = { jobId: job_id, index: 0 };
    await this.save(made, editsLike(job.options, picture));
    return made;
  }

  async exportItem(ref: ItemRef, { signal, number }: ExportControl = {}): Promise<ExportedFile> {
    const finished = await this.#finished(ref);
    const { job, item, result } = finished;
    const edits = await this.get(ref);
    signal?.throwIfAborted();
    if (edits === undefined) return { blob: result, name: resultName(item.filename, result.type) };
    const task = await this.#task(finished, edits);
    const { blob, width, height } = await this.#worker.call((worker) => worker.export(task));
    signal?.throwIfAborted();
    const { pattern, format } = edits.output;
    const name = exportName(pattern, {
      filename: item.filename,
      number: number ?? item.index + 1,
      date: new Date(),
      width,
      height,
      model: job.model,
      format,
    });
    return { blob, name };
  }

  async preview(ref: ItemRef): Promise<Blob | undefined> {
    const kept = await this.#store.get(ref);
    if (kept === undefined || kept.preview) return kept?.preview;
    const task = await this.#task(await this.#finished(ref), kept.edits);
    const preview = await this.#worker.call((worker) => worker.preview(task, PREVIEW_EDGE));
    await this.#store.keepPreview(ref, kept.updatedAt, preview);
    return preview;
  }

  formats(): Promise<readonly ExportFormat[]> {
    return this.#worker.call((worker) => worker.formats());
  }

  close(): void {
    this.#store.close();
    this.#worker.close();
  }

  /** @throws QueueError when the image is not there, or not finished */
  async #finished({ jobId, index }: ItemRef): Promise<Finished> {
    const { client } = this.#device;
    const { item, blob: result } = await client.result(jobId, index);
    const { job } = await client.get(jobId);
    return { job, item, result };
  }

  async #source({ job, item, result }: Finished): Promise<EditSource> {
    const matteIn = matteOf(job.options);
    if (matteIn === 'painted' || matteIn === 'cut') {
      throw new QueueError(
        'internal_error',
        `The result of ${item.filename} was made with a background or a crop of its own, so its matte is lost.`,
      );
    }
    const original = await this.#photo(item);
    if (original === undefined) throw photoGone(item);
    return { key: `${itemKey(item)}/${String(item.attempt)}`, original, matte: result, matteIn };
  }

  async #task(finished: Finished, edits: Edits): Promise<ExportTask> {
    const source = await this.#source(finished);
    const picture = await this.#pictureReader()(edits);
    return { source, edits, ...(picture && { picture }) };
  }

  /** Remembers the picture that it read last. */
  #pictureReader() {
    let last: PictureSource | undefined;
    return async ({ background }: Edits): Promise<PictureSource | undefined> => {
      if (background.kind !== 'picture') return undefined;
      if (last?.id === background.picture) return last;
      const image = await this.picture(background.picture);
      return (last = image && { id: background.picture, image });
    };
  }
}

function photoGone({ filename }: CompletedItem): QueueError {
  return new QueueError(
    'result_not_found',
    `The photo of ${filename} is no longer on this device. Add it again.`,
  );
}
