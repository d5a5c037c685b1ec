import { concatenate } from '../concatenate.ts';

/**
 * The wire format of Protocol Buffers, as far as changing a few fields of a message and keeping all others needs it
 * (https://protobuf.dev/programming-guides/encoding/).
 */

/** Of a message, in its order. Bytes are views of what was read: texts, messages and packed numbers. */
export type Field =
  | { readonly id: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly id: number; readonly kind: 'bytes' | 'fixed32' | 'fixed64'; readonly value: Uint8Array };

const WIRE_TYPES = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** @throws RangeError when these bytes are no message */
export function readMessage(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) break;
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError(`There is no number at byte ${at}.`);
  };
  const take = (length: number) => {
    if (length > bytes.length - at) throw new RangeError(`${length} bytes are announced at byte ${at}.`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const id = tag >>> 3;
    switch (tag & 7) {
      case WIRE_TYPES.varint:
        fields.push({ id, kind: 'varint', value: varint() });
        break;
      case WIRE_TYPES.bytes:
        fields.push({ id, kind: 'bytes', value: take(Number(varint())) });
        break;
      case WIRE_TYPES.fixed32:
        fields.push({ id, kind: 'fixed32', value: take(4) });
        break;
      case WIRE_TYPES.fixed64:
        fields.push({ id, kind: 'fixed64', value: take(8) });
        break;
      default:
        throw new RangeError(`Field ${id} has the unknown wire type ${tag & 7}.`);
    }
  }
  return fields;
}

export function writeMessage(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const parts = fields.flatMap((field) => {
    const tag = varintBytes(BigInt((field.id << 3) | WIRE_TYPES[field.kind]));
    if (field.kind === 'varint') return [tag, varintBytes(field.value)];
    return field.kind === 'bytes'
      ? [tag, varintBytes(BigInt(field.value.length)), field.value]
      : [tag, field.value];
  });
  return concatenate(parts);
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.of(...bytes, Number(left));
}

export const bytesField = (id: number, value: Uint8Array): Field => ({ id, kind: 'bytes', value });
export const textField = (id: number, text: string): Field => bytesField(id, new TextEncoder().encode(text));
export const intField = (id: number, value: number): Field => ({ id, kind: 'varint', value: BigInt(value) });

/** The last one counts, as the format has it. */
export function bytesOf(fields: readonly Field[], id: number): Uint8Array | undefined {
  const field = fields.findLast((field) => field.id === id);
  return field?.kind === 'bytes' ? field.value : undefined;
}

export function textOf(fields: readonly Field[], id: number): string | undefined {
  const bytes = bytesOf(fields, id);
  return bytes && new TextDecoder().decode(bytes);
}

export function textsOf(fields: readonly Field[], id: number): string[] {
  return fields.flatMap((field) =>
    field.id === id && field.kind === 'bytes' ? [new TextDecoder().decode(field.value)] : [],
  );
}

/** Signed; whether they are packed or not. */
export function intsOf(fields: readonly Field[], id: number): number[] {
  return fields.flatMap((field) => {
    if (field.id !== id) return [];
    if (field.kind === 'varint') return [Number(BigInt.asIntN(64, field.value))];
    return field.kind === 'bytes' ? unpacked(field.value) : [];
  });
}

function unpacked(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    numbers.push(Number(BigInt.asIntN(64, value)));
    value = shift = 0n;
  }
  return numbers;
}
