import type { Format } from './photos-of-size.ts';

/** What all benches are told. */
export interface BenchSettings {
  readonly rounds: number;
  /** As little as shows that it runs: numbers mean nothing. */
  readonly smoke: boolean;
  /** Of the photos that go through the server: megapixels, and formats. */
  readonly sizes: readonly number[];
  readonly formats: readonly Format[];
  /** Addresses of other services that take images, for the bench `peers`. */
  readonly peerUrls: readonly string[];
}
