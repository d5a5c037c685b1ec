import type { Shape } from './layers.ts';
import { FLOAT_BYTES, LINE, type Place } from './layout.ts';

/** Pixels that `convolve` computes together, and output channels. */
export const TILE = 5;
export const BLOCK = 8;
/** Channels of a vector. */
export const FOUR = 4;
/** Of Winograd's tiles at a time: what becomes of them stays in a core's second-level cache. */
export const STRIP = 40;
export const TILE_PLANES = 16;

/** Of one number of each tile of a strip. The line keeps 16 planes from sharing the same few places of the cache. */
export const planeBytes = (channels: number) => STRIP * channels * FLOAT_BYTES + LINE;

export interface Placed {
  readonly place: Place;
  readonly shape: Shape;
}

/** Of a window over an image, in one row of outputs or several. Addresses and steps in bytes. */
export interface Windows {
  readonly from: Place;
  readonly to: Place;
  readonly width: number;
  readonly stride: number;
  readonly channels: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
  readonly taps: number;
  readonly tapsEnd: number;
  /** Zero when it is rectified, else minus infinity. */
  readonly least: number;
}

export interface Resizing {
  readonly from: Place;
  readonly to: Place;
  readonly width: number;
  readonly channels: number;
  /** For each output pixel of a row, where its two inputs are in theirs, in bytes, and the share of the second. */
  readonly table: number;
  /** For each output row: the two above and below, and the share of the second. */
  readonly down: readonly Between[];
}

export interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/**
 * Windows of three by three as products of matrices: F(2 × 2, 3 × 3) of Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (https://arxiv.org/abs/1509.09308). 16 multiplications for four pixels instead of 36.
 */
export interface Tiles {
  /** Of the pixel above and left of the first. */
  readonly from: Place;
  readonly to: Place;
  /** Of a row of tiles, each two pixels wide. */
  readonly tiles: number;
  readonly channels: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
  /** Of 32 bytes. */
  readonly zeros: number;
  readonly least: number;
}

interface Pixels {
  readonly to: Place;
  readonly width: number;
  readonly channels: number;
}

export type Work =
  | ({ readonly kind: 'convolve' | 'convolveToOne' | 'convolvePlainly' } & Windows)
  | ({ readonly kind: 'winograd' } & Tiles)
  | ({ readonly kind: 'resize' | 'resizePlainly' } & Resizing)
  | ({
      readonly kind: 'pool';
      readonly from: Place;
      readonly inputs: { readonly height: number; readonly width: number };
    } & Pixels)
  | ({ readonly kind: 'add'; readonly first: Place; readonly second: Place } & Pixels)
  | ({ readonly kind: 'sigmoid' | 'rectify'; readonly from: Place } & Pixels);
