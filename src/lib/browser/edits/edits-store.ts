import { type Edits, isUnedited, readEdits } from '#matting/edits/edits.ts';
import { QueueError } from '#queue/errors.ts';
import { ChangeChannel } from '../store/change-channel.ts';
import type { EditsRecord, OffcutDatabase } from '../store/database.ts';
import { asRefusal } from '../store/refusal.ts';
import { editedItems, editsChannelOf } from './edited-items.ts';
import type { EditedItems, ItemRef } from './item-edits.ts';

/** A picture that no edits name is kept this long: its edits may be about to be saved. */
const GRACE = 3600_000;

export function itemKey({ jobId, index }: ItemRef): string {
  return `${jobId}/${String(index)}`;
}

/** Edits of images beside their jobs, and the pictures that they use as backgrounds. */
export class EditsStore {
  readonly #db: OffcutDatabase;
  readonly #channel: ChangeChannel;
  readonly #now: () => number;

  constructor(db: OffcutDatabase, now: () => number = Date.now) {
    this.#db = db;
    this.#channel = new ChangeChannel(editsChannelOf(db));
    this.#now = now;
  }

  async get(
    item: ItemRef,
  ): Promise<{ edits: Edits; updatedAt: number; preview: Blob | undefined } | undefined> {
    const record = await this.#db.edits.get(itemKey(item));
    const edits = record && readEdits(record.edits);
    return edits && { edits, updatedAt: record.updatedAt, preview: record.preview };
  }

  /**
   * Replaces the edits of all of these, or of none. `decide` is given the present ones; undefined removes them.
   * @returns what there was before, in the same order
   * @throws QueueError `job_not_found` when a job is gone, `storage_full`
   */
  async change(
    items: readonly ItemRef[],
    decide: (before: Edits | undefined, at: number) => Edits | undefined,
  ): Promise<(Edits | undefined)[]> {
    try {
      const before = await this.#db.transaction('rw', this.#db.edits, this.#db.jobs, async () => {
        const records = await this.#db.edits.bulkGet(items.map(itemKey));
        const jobs = await this.#db.jobs.bulkGet(items.map(({ jobId }) => jobId));
        const gone = items.find((_, at) => jobs[at] === undefined);
        if (gone)
          throw new QueueError('job_not_found', `There is no job ${gone.jobId}: its image was deleted.`);
        const present = records.map((record) => record && readEdits(record.edits));
        await this.#write(items, present.map(decide), records);
        return present;
      });
      this.#channel.announce();
      return before;
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  async #write(
    items: readonly ItemRef[],
    edits: readonly (Edits | undefined)[],
    before: readonly (EditsRecord | undefined)[],
  ): Promise<void> {
    const kept: EditsRecord[] = [];
    const dropped: string[] = [];
    for (const [at, item] of items.entries()) {
      const next = validated(edits[at]);
      if (next === undefined || isUnedited(next)) dropped.push(itemKey(item));
      else kept.push(recordOf(item, next, Math.max(this.#now(), (before[at]?.updatedAt ?? 0) + 1)));
    }
    await this.#db.edits.bulkDelete(dropped);
    await this.#db.edits.bulkPut(kept);
  }

  /** Keeps a rendering of the edits of that time; of others it is out of date, and forgotten. */
  async keepPreview(item: ItemRef, updatedAt: number, preview: Blob): Promise<void> {
    await this.#db.transaction('rw', this.#db.edits, async () => {
      const record = await this.#db.edits.get(itemKey(item));
      if (record?.updatedAt === updatedAt) await this.#db.edits.put({ ...record, preview });
    });
  }

  edited(): Promise<EditedItems> {
    return editedItems(this.#db);
  }

  watch(listener: () => void): () => void {
    return this.#channel.add(listener);
  }

  /** @param id tells whether the same image is here already */
  async addPicture(id: string, image: Blob): Promise<void> {
    try {
      await this.#dropUnusedPictures(id);
      await this.#db.editPictures.put({ id, addedAt: this.#now(), image });
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  async picture(id: string): Promise<Blob | undefined> {
    return (await this.#db.editPictures.get(id))?.image;
  }

  async #dropUnusedPictures(except: string): Promise<void> {
    await this.#db.transaction('rw', this.#db.edits, this.#db.editPictures, async () => {
      const used = new Set((await this.#db.edits.orderBy('picture').uniqueKeys()).map(String));
      const old = await this.#db.editPictures
        .where('addedAt')
        .below(this.#now() - GRACE)
        .primaryKeys();
      await this.#db.editPictures.bulkDelete(old.filter((id) => id !== except && !used.has(id)));
    });
  }

  close(): void {
    this.#channel.close();
  }
}

/** In the order of the schema, too, by which edits are compared. */
function validated(edits: Edits | undefined): Edits | undefined {
  const valid = edits && readEdits(edits);
  if (edits && valid === undefined) {
    throw new QueueError(
      'internal_error',
      `These edits cannot be kept: ${JSON.stringify(edits).slice(0, 500)}`,
    );
  }
  return valid;
}

/** As edits are kept, with what finds them. */
export function recordOf(item: ItemRef, edits: Edits, updatedAt: number): EditsRecord {
  const { background } = edits;
  const { jobId, index } = item;
  const record = { key: itemKey(item), jobId, index, updatedAt, edits };
  return background.kind === 'picture' ? { ...record, picture: background.picture } : record;
}
