import { aligned, FLOAT_BYTES } from './layout.ts';

/** What has to lie in the memory before it runs; made when it is put there, so that weights are not held twice. */
export interface Constant {
  readonly at: number;
  readonly make: () => Float32Array | Int32Array;
}

/** What a program needs besides its tensors, one after the other. */
export class Constants {
  readonly all: Constant[] = [];
  end: number;

  constructor(from: number) {
    this.end = aligned(from);
  }

  /** Where so many numbers will be. */
  add(count: number, make: Constant['make']): number {
    const at = this.end;
    this.all.push({ at, make });
    this.end = aligned(at + count * FLOAT_BYTES);
    return at;
  }
}
