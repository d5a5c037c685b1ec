/** Pictures that the project drew itself (tests/fixtures/draw), to try the app with: files in static/samples. */
export const SAMPLES = [
  { id: 'duck', title: 'Rubber duck' },
  { id: 'cactus', title: 'Cactus' },
] as const;

export type Sample = (typeof SAMPLES)[number];
