/** In the order in which an image passes them. */
export const STAGES = ['decode', 'preprocess', 'infer', 'postprocess', 'compose', 'encode'] as const;
export type Stage = (typeof STAGES)[number];
