import type { Mask, PixelImage } from '#matting/image.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Spill and dark fringes show most on these. */
export const STRONG_COLOURS: readonly Colour[] = [
  [255, 0, 255],
  [0, 255, 0],
];

/**
 * Lays the cutout (straight colours, alpha apart) on strong colours and compares with the exact composite: the mean
 * absolute difference over pixels, channels and colours, 0 to 1. It is what a user sees of alpha and colours
 * together; Rhemann et al. (CVPR 2009) call its square the visual error of a composite.
 */
export function compositingError(
  found: { readonly alpha: Mask; readonly colours: PixelImage },
  exact: { readonly alpha: Mask; readonly colours: PixelImage },
): number {
  const a = found.colours.data;
  const b = exact.colours.data;
  let sum = 0;
  for (let i = 0, at = 0; i < exact.alpha.data.length; i++, at += 4) {
    const p = found.alpha.data[i] / 255;
    const q = exact.alpha.data[i] / 255;
    if (p === 0 && q === 0) continue;
    for (let c = 0; c < 3; c++) {
      const own = a[at + c] * p - b[at + c] * q;
      for (const colour of STRONG_COLOURS) sum += Math.abs(own + colour[c] * (q - p));
    }
  }
  return sum / (255 * 3 * STRONG_COLOURS.length * exact.alpha.data.length);
}
