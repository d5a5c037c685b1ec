/** What a result can be looked at on; it changes nothing in the result. */
export const BACKDROPS = {
  checkerboard: 'var(--checker)',
  white: '#ffffff',
  black: '#000000',
  green: '#00c853',
} as const;

export type Backdrop = keyof typeof BACKDROPS;
