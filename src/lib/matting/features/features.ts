/** What a network knows of each place beside its mask, for those networks that refinement has learned to read. */
import type { ModelSpec } from '../model.ts';
import type { Tensor } from '../runtime.ts';
import { graft } from './graft.ts';
import { LEARNED } from './learned.ts';
import { unpacked } from './packed.ts';

/** Planes of the mask's own size, one after the other. */
export interface Features {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

const isKnown = ({ sha256 }: ModelSpec) => sha256 === LEARNED.network;

/**
 * Weights that answer with the mask and its features, for a network that refinement has learned to read; the same
 * weights for any other, and for bytes that are no such network: whoever loads them says so.
 */
export function withFeatures(weights: Uint8Array, model: ModelSpec): Uint8Array {
  if (!isKnown(model)) return weights;
  const taps = LEARNED.taps.map(({ tensor, weights: packed }) => ({ tensor, weights: unpacked(packed) }));
  return graft(weights, model, { taps, offsets: unpacked(LEARNED.offsets) }) ?? weights;
}

/** `undefined` when the network gives none. A view of its answer. */
export function featuresFromOutput({ data, dims }: Tensor, model: ModelSpec): Features | undefined {
  const [channels = 1, height = 0, width = 0] = dims.slice(-3);
  if (!isKnown(model) || channels < 2) return undefined;
  return { width, height, channels: channels - 1, data: data.subarray(width * height) };
}
