/** Numbers of a learned network as text: whole ones of 16 bits, lowest byte first, in base64, and what one stands for. */
export interface Packed {
  readonly step: number;
  readonly base64: readonly string[];
}

export function unpacked({ step, base64 }: Packed): Float32Array {
  const bytes = Uint8Array.from(atob(base64.join('')), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(i * 2, true) * step);
}
