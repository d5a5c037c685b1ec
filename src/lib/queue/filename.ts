/** Control and reserved characters, and what turns the direction of text, so that an end looks like another. */
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"|?*\\/\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Names that Windows gives to devices, whatever the ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const MAX_LENGTH = 200;

/**
 * A name that a client gave its file, made safe to show and to offer for saving: the last path segment, without
 * control and reserved characters. Never used to store anything.
 */
export function displayName(given: string, index: number): string {
  const last = given.split(/[\\/]/).pop() ?? '';
  const clean = shortened(last.toWellFormed().replace(FORBIDDEN, ''))
    .trim()
    .replace(/[. ]+$/, '')
    .replace(DEVICE, '_$&');
  return clean === '' ? `image-${String(index + 1)}` : clean;
}

/** Its start and its ending, without half a character where it is cut. */
function shortened(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const ending = /\.[^.]{1,5}$/.exec(name)?.[0] ?? '';
  const start = name.slice(0, MAX_LENGTH - ending.length).replace(/[\ud800-\udbff]$/, '');
  return `${start}${ending}`;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/webp': 'webp',
  'image/jpeg': 'jpg',
  'application/zip': 'zip',
};

/** `holiday.photo.jpg` as a PNG result: `holiday.photo.png`. */
export function resultName(filename: string, mediaType: string): string {
  const stem = filename.replace(/\.[^.]{1,5}$/, '');
  return `${stem === '' ? filename : stem}.${EXTENSIONS[mediaType] ?? 'bin'}`;
}

/** Makes names unique within one folder: the second `a.png` becomes `a (2).png`. */
export function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const dot = name.lastIndexOf('.');
    let candidate = name;
    for (let n = 2; taken.has(candidate.toLowerCase()); n += 1) {
      candidate = `${name.slice(0, dot)} (${String(n)})${name.slice(dot)}`;
    }
    taken.add(candidate.toLowerCase());
    return candidate;
  };
}

/** `Content-Disposition` with an ASCII fallback (RFC 6266, RFC 8187). */
export function contentDisposition(kind: 'inline' | 'attachment', filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
