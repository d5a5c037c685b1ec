/** As the system is set, or always the one. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'offcut.theme';

/* src/app.html sets `data-theme` before the first paint; tokens.css does the rest. */

export function chosenTheme(): Theme {
  return THEMES.find((theme) => theme === document.documentElement.dataset.theme) ?? 'system';
}

export function changeTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  paintBrowser(theme);
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage that is forbidden costs the memory of the choice, and nothing else.
  }
}

/** The browser's own bar takes the page's colour: of the system's scheme by the tags in app.html, else of this one. */
export function paintBrowser(theme: Theme): void {
  document.head.querySelector('meta[name=theme-color]:not([media])')?.remove();
  if (theme === 'system') return;
  const meta = document.createElement('meta');
  Object.assign(meta, {
    name: 'theme-color',
    content: getComputedStyle(document.documentElement).backgroundColor,
  });
  // The first that applies counts.
  document.head.prepend(meta);
}
