/** What a result can be looked at on; it changes nothing in the result. */
export const BACKDROPS = {
  checkerboard: { label: 'Checkerboard', paint: 'var(--checker)' },
  white: { label: 'White', paint: '#ffffff' },
  black: { label: 'Black', paint: '#000000' },
  green: { label: 'Green', paint: '#00c853' },
} as const;

export type Backdrop = keyof typeof BACKDROPS;
