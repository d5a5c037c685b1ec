import type { Source } from '../state/intake.svelte.ts';

/** Images in a clipboard. A copied picture has no name of its own worth keeping: browsers call all "image.png". */
export function readPaste(data: DataTransfer, now: Date): Source[] {
  const files = [...data.files].filter((file) => file.type.startsWith('image/') || file.type === '');
  return files.map((file) => ({ file, name: file.name === 'image.png' ? pastedName(now) : file.name }));
}

function pastedName(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
  return `Pasted ${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${time}.png`;
}
