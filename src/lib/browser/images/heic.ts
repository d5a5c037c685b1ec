import wasmUrl from 'libheif-js/libheif-wasm/libheif.wasm?url';
import { MattingError } from '#matting/errors.ts';
import { isDisplayP3 } from './heic-colour.ts';

/*
 * HEIC, as iPhones take their photos, in browsers that cannot decode it. libheif is 1.4 MB of WebAssembly: it is
 * fetched with the first such photo, and kept by the service worker from then on.
 */

/** The part of libheif's interface that is used here; its own types leave this out. */
interface LibHeif {
  readonly HeifDecoder: new () => HeifDecoder;
  heif_context_free(context: unknown): void;
}

interface HeifDecoder {
  readonly decoder: unknown;
  decode(bytes: Uint8Array): HeifImage[];
}

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  /** Fills in straight RGBA, upright; answers null when it could not. */
  display(target: ImageData, done: (filled: ImageData | null) => void): void;
  free(): void;
}

let loading: Promise<LibHeif> | undefined;

/** Loads the decoder once, and forgets a failure so that the next photo tries again. */
function loadDecoder(): Promise<LibHeif> {
  loading ??= startDecoder().catch((cause: unknown) => {
    loading = undefined;
    throw new MattingError(
      'image_undecodable',
      'The decoder for HEIC photos could not be loaded. Connect to the network once and try again, or export the photo as JPEG.',
      { cause },
    );
  });
  return loading;
}

async function startDecoder(): Promise<LibHeif> {
  const [{ default: start }, response] = await Promise.all([
    import('libheif-js/libheif-wasm/libheif.js'),
    fetch(wasmUrl),
  ]);
  if (!response.ok) throw new Error(`The decoder's address answers ${String(response.status)}.`);
  // What its own types do not tell: the instance is ready at once, and has the two classes that its own script adds.
  return start({ wasmBinary: await response.arrayBuffer() }) as unknown as LibHeif;
}

/**
 * The main photo of a HEIC file, as the browser decodes it where it can (Safari), else by libheif.
 * @throws MattingError `image_undecodable`
 */
export async function openHeic(
  bytes: Uint8Array<ArrayBuffer>,
  options: ImageBitmapOptions = {},
): Promise<ImageBitmap> {
  const native = await createImageBitmap(new Blob([bytes], { type: 'image/heic' }), options).catch(
    () => undefined,
  );
  return native ?? createImageBitmap(await decodeHeic(bytes), { ...options, imageOrientation: 'from-image' });
}

async function decodeHeic(bytes: Uint8Array<ArrayBuffer>): Promise<ImageData> {
  const lib = await loadDecoder();
  const decoder = new lib.HeifDecoder();
  const images = decoder.decode(bytes);
  try {
    const main = images.find((image) => image.is_primary()) ?? images[0];
    if (main === undefined) throw undecodable();
    const target = new ImageData(main.get_width(), main.get_height(), {
      colorSpace: isDisplayP3(bytes) ? 'display-p3' : 'srgb',
    });
    const { promise, resolve } = Promise.withResolvers<ImageData | null>();
    main.display(target, resolve);
    const filled = await promise;
    if (filled === null) throw undecodable();
    return filled;
  } finally {
    for (const image of images) image.free();
    lib.heif_context_free(decoder.decoder);
  }
}

function undecodable(): MattingError {
  return new MattingError(
    'image_undecodable',
    'Nothing of this HEIC photo could be decoded; export it as JPEG on the device that took it.',
  );
}
