import type { Device } from '../device.ts';
import { Observable, type Unsubscribe } from '../observable.ts';
import type { ImportOutcome, RoomLevel, StorageDesk, StorageReport } from './interface.ts';
import { estimateRoom, levelOf } from './room.ts';

/** Milliseconds between two looks at the room while images come and go. */
const LOOK_EVERY = 5_000;

/** What is kept on this device, and what can be done about it. Measuring, export and import are loaded when they are wanted. */
export class DeviceStorage implements StorageDesk {
  readonly #device: Device;
  readonly #level: Observable<RoomLevel>;
  readonly #unwatch: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = false;

  constructor(device: Device) {
    this.#device = device;
    this.#level = new Observable<RoomLevel>(device.inMemory ? 'memory' : 'plenty');
    this.#unwatch = device.queue.store.watch(() => this.#lookSoon());
    void this.#look();
  }

  observe(listener: (level: RoomLevel) => void): Unsubscribe {
    return this.#level.observe(listener);
  }

  async measure(): Promise<StorageReport> {
    const { measureKept } = await import('./measure.ts');
    const [kept, room, persisted] = await Promise.all([
      measureKept(this.#device),
      estimateRoom(),
      isPersisted(),
    ]);
    await this.#look();
    return { level: this.#level.value, persisted, usage: room.usage, quota: room.quota, ...kept };
  }

  async persist(): Promise<boolean> {
    try {
      return (await navigator.storage?.persist?.()) ?? false;
    } catch {
      return false;
    }
  }

  async removeModel(id: string): Promise<void> {
    const { dropModel } = await import('../models.ts');
    await dropModel(id);
  }

  async exportLibrary(): Promise<ReadableStream<Uint8Array>> {
    const { exportLibrary } = await import('../backup/export.ts');
    return exportLibrary(this.#device, new Date());
  }

  async importLibrary(file: Blob, onProgress: (fraction: number) => void): Promise<ImportOutcome> {
    const { importLibrary } = await import('../backup/import.ts');
    return importLibrary(this.#device.db, file, onProgress);
  }

  close(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
      void this.#askToKeep();
    }, LOOK_EVERY);
  }

  async #look(): Promise<void> {
    if (this.#device.inMemory) return;
    const level = levelOf(await estimateRoom());
    if (level !== this.#level.value) this.#level.set(level);
  }

  /**
   * After the first result of this visit: then there is something to lose, and somebody who knows what it is. Browsers
   * keep it when room gets scarce; some ask the user.
   */
  async #askToKeep(): Promise<void> {
    if (this.#asked || this.#device.inMemory) return;
    if ((await this.#device.client.counts()).completed === 0) return;
    this.#asked = true;
    if (!(await isPersisted())) await this.persist();
  }
}

async function isPersisted(): Promise<boolean> {
  try {
    return (await navigator.storage?.persisted?.()) ?? false;
  } catch {
    return false;
  }
}
