/** https://wicg.github.io/eyedropper-api/ */
interface EyeDropper {
  open(): Promise<{ readonly sRGBHex: string }>;
}

export function hasEyeDropper(): boolean {
  return 'EyeDropper' in globalThis;
}

/** A colour from anywhere on the screen, `#rrggbb`; undefined when the user thinks better of it. */
export async function pickFromScreen(): Promise<string | undefined> {
  const { EyeDropper } = globalThis as unknown as { EyeDropper: new () => EyeDropper };
  try {
    const { sRGBHex } = await new EyeDropper().open();
    return /^#[0-9a-f]{6}$/i.test(sRGBHex) ? sRGBHex.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
