import type { ModelSpec } from '#matting/model.ts';

/** Why these bytes are not the model's weights, as the end of a sentence; undefined when they are. */
export async function faultOf(
  spec: ModelSpec,
  weights: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  if (weights.byteLength !== spec.bytes) {
    return `has ${String(weights.byteLength)} bytes instead of ${String(spec.bytes)}`;
  }
  // `crypto.subtle` is there in secure contexts only; over plain HTTP the length has to do.
  if (!isSecureContext) return undefined;
  const sha256 = await sha256Of(weights);
  return sha256 === spec.sha256 ? undefined : `has sha256 ${sha256} instead of ${spec.sha256}`;
}

/** Lower-case hex. In secure contexts only. */
export async function sha256Of(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
