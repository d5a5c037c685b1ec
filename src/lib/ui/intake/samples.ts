/** Pictures that the project drew itself (tests/fixtures/draw), to try the app with: files in static/samples. */
export const SAMPLES = [{ id: 'duck' }, { id: 'cactus' }] as const;

export type Sample = (typeof SAMPLES)[number];
