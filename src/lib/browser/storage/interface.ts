import type { Unsubscribe } from '../observable.ts';

/**
 * How much room there is. `low`: soon none; `full`: something was not stored, whatever the browser says of its room
 * (Chromium names every site the same 10 GB); `memory`: it lets nothing be stored, and all goes with the tab.
 */
export type RoomLevel = 'plenty' | 'low' | 'full' | 'memory';

/** What Offcut keeps on this device, in bytes. */
export interface StorageReport {
  readonly level: RoomLevel;
  /** Whether the browser promised not to clear it when room gets scarce. */
  readonly persisted: boolean;
  /** What the browser says of all of it, and of how much there may be; undefined where it does not say. */
  readonly usage: number | undefined;
  readonly quota: number | undefined;
  /** Pages, scripts, decoders. */
  readonly app: number;
  /** What runs the models. */
  readonly runtime: number;
  readonly models: readonly ModelBytes[];
  readonly photos: number;
  readonly results: number;
  /** Edits, and the pictures and previews that belong to them. */
  readonly edits: number;
  readonly jobs: number;
  /** Ids of jobs that are over, and what they take. */
  readonly finished: { readonly jobIds: readonly string[]; readonly bytes: number };
}

export interface ModelBytes {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  /** `app`: it goes with the app. `part`: of a download that broke off. */
  readonly kind: 'app' | 'whole' | 'part';
}

export interface ImportOutcome {
  /** Jobs that are here now and were not before. */
  readonly added: number;
  /** Jobs that were here already, and were left as they are. */
  readonly known: number;
}

export interface StorageDesk {
  measure(): Promise<StorageReport>;
  /** Hears the present level at once, then every change. */
  observe(listener: (level: RoomLevel) => void): Unsubscribe;
  /** Asks the browser to keep everything; some ask the user. @returns whether it does */
  persist(): Promise<boolean>;
  /** Weights on this device, whole or not; the default model goes with the app. */
  removeModel(id: string): Promise<void>;
  /** All jobs with their images, results and edits as one zip, written as it is read. */
  exportLibrary(): Promise<ReadableStream<Uint8Array>>;
  /**
   * Adds what `exportLibrary` wrote: all of it or, when anything is wrong, nothing. What is here already stays as it is.
   * @param onProgress fraction, 0 to 1
   * @throws QueueError that says what is wrong with the file, or that there is no room
   */
  importLibrary(file: Blob, onProgress: (fraction: number) => void): Promise<ImportOutcome>;
}
