/** The tools of the editor, in the order in which they are offered. */
export const TABS = ['background', 'frame', 'brush', 'save'] as const;
export type Tab = (typeof TABS)[number];
