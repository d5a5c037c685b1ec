/** The first address of the web in a text, if there is one. */
export function linkIn(text: string): string | undefined {
  const found = /\bhttps?:\/\/[^\s<>"']+/i.exec(text)?.[0];
  return found !== undefined && URL.canParse(found) ? found : undefined;
}

/** The text as an address, when it is nothing but one. */
export function asLink(text: string): string | undefined {
  const trimmed = text.trim();
  return linkIn(trimmed) === trimmed ? trimmed : undefined;
}
