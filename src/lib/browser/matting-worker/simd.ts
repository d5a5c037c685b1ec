/** A function that makes a vector of zeros: the smallest module that is valid only where there is SIMD. */
const MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
);

/** Every build of the runtime needs it, the one for WebGPU as well. Browsers have it since 2021 (Safari since 2023). */
export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(MODULE);
}
