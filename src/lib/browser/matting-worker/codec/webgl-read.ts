import type { PixelImage } from '#matting/image.ts';

/** Texture rows at a time: bounds the memory on the graphics side. */
const STRIP_ROWS = 1024;

let context: WebGL2RenderingContext | null | undefined;

/**
 * Exact straight RGBA of a bitmap that was made with `premultiplyAlpha: 'none'`: as a texture it is neither multiplied
 * nor divided. `undefined` where WebGL is missing, lost, or has smaller textures than the image.
 */
export function readStraight(bitmap: ImageBitmap): PixelImage<ArrayBuffer> | undefined {
  context ??= new OffscreenCanvas(1, 1).getContext('webgl2', { antialias: false, depth: false });
  if (context === null || context.isContextLost()) {
    // A new one may be had next time.
    context = undefined;
    return undefined;
  }
  const gl = context;
  const { width, height } = bitmap;
  if (width > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) return undefined;
  const data = new Uint8ClampedArray(width * height * 4);
  const bytes = new Uint8Array(data.buffer);
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    readStrip(gl, bitmap, top, rows, bytes.subarray(top * width * 4, (top + rows) * width * 4));
  }
  return gl.getError() === gl.NO_ERROR && !gl.isContextLost() ? { width, height, data } : undefined;
}

function readStrip(
  gl: WebGL2RenderingContext,
  bitmap: ImageBitmap,
  top: number,
  rows: number,
  into: Uint8Array,
): void {
  const { width } = bitmap;
  const texture = gl.createTexture();
  const framebuffer = gl.createFramebuffer();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, top);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.readPixels(0, 0, width, rows, gl.RGBA, gl.UNSIGNED_BYTE, into);
  gl.deleteFramebuffer(framebuffer);
  gl.deleteTexture(texture);
}
