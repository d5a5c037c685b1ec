import { asLink } from '../../browser/links/link-in.ts';
import type { Source } from '../state/intake.svelte.ts';

export interface Pasted {
  readonly sources: readonly Source[];
  /** Of a picture, when the clipboard has an address of one and no picture itself. */
  readonly link: string | undefined;
}

/**
 * What of a clipboard can be taken: image files; pictures copied from a page, which are files as well, or written out
 * in its text; else an address.
 */
export async function readPaste(data: DataTransfer, now: Date): Promise<Pasted> {
  // All of it is read before the first wait: the clipboard is gone after the event.
  const files = [...data.files].filter((file) => file.type.startsWith('image/') || file.type === '');
  const [html, text] = [data.getData('text/html'), data.getData('text/plain')];
  if (files.length > 0)
    return { sources: files.map((file) => ({ file, name: nameOf(file, now) })), link: undefined };
  const addresses = picturesIn(html);
  const written = addresses.filter((address) => address.startsWith('data:image/'));
  if (written.length > 0) {
    const blobs = await Promise.all(written.map(async (address) => (await fetch(address)).blob()));
    return { sources: blobs.map((file) => ({ file, name: pastedName(now, file.type) })), link: undefined };
  }
  return { sources: [], link: addresses.find((address) => asLink(address) !== undefined) ?? asLink(text) };
}

/** Images of the clipboard itself, for who has no key to paste with. Call it in a click. Rejects when it is forbidden. */
export async function readClipboard(now: Date): Promise<Pasted> {
  const items = await navigator.clipboard.read();
  const sources: Source[] = [];
  for (const item of items) {
    const type = item.types.find((each) => each.startsWith('image/'));
    if (type === undefined) continue;
    const file = await item.getType(type);
    sources.push({ file, name: pastedName(now, type) });
  }
  if (sources.length > 0) return { sources, link: undefined };
  const withText = items.find((item) => item.types.includes('text/plain'));
  const text = withText ? await (await withText.getType('text/plain')).text() : '';
  return { sources, link: asLink(text) };
}

/** Addresses of the pictures in a piece of a page. It is parsed only: nothing of it is loaded. */
function picturesIn(html: string): string[] {
  if (html === '') return [];
  const images = new DOMParser().parseFromString(html, 'text/html').images;
  return [...images].map((image) => image.getAttribute('src') ?? '').filter((address) => address !== '');
}

/** A copied picture has no name of its own worth keeping: browsers call all "image.png". */
function nameOf({ name, type }: File, now: Date): string {
  return name === 'image.png' || name === '' ? pastedName(now, type) : name;
}

function pastedName(now: Date, type: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
  const ending = /^image\/([a-z]+)/.exec(type)?.[1]?.replace('jpeg', 'jpg') ?? 'png';
  return `Pasted ${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${time}.${ending}`;
}
