import type { Constants } from './constants.ts';
import type { Corners } from './layers.ts';
import { FOUR, type Between, type Placed, type Work } from './work.ts';

export function toResizing(corners: Corners, from: Placed, to: Placed, constants: Constants): Work {
  const across = between(from.shape.width, to.shape.width, corners);
  const table = new Float32Array(across.length * 3);
  const places = new Int32Array(table.buffer);
  for (const [i, { first, second, share }] of across.entries()) {
    places[i * 3] = first * from.place.pixel;
    places[i * 3 + 1] = second * from.place.pixel;
    table[i * 3 + 2] = share;
  }
  return {
    kind: to.shape.channels % FOUR === 0 ? 'resize' : 'resizePlainly',
    from: from.place,
    to: to.place,
    width: to.shape.width,
    channels: to.shape.channels,
    table: constants.add(table.length, () => table),
    down: between(from.shape.height, to.shape.height, corners),
  };
}

/** Bilinear, as ONNX has it (https://onnx.ai/onnx/operators/onnx__Resize.html). */
function between(inputs: number, outputs: number, corners: Corners): Between[] {
  return Array.from({ length: outputs }, (_, output) => {
    const exact =
      corners === 'aligned'
        ? outputs === 1
          ? 0
          : (output * (inputs - 1)) / (outputs - 1)
        : ((output + 0.5) * inputs) / outputs - 0.5;
    const at = Math.min(Math.max(exact, 0), inputs - 1);
    const first = Math.trunc(at);
    return { first, second: Math.min(first + 1, inputs - 1), share: at - first };
  });
}
