import type { Message } from './message.ts';
import type { English } from './messages/en.ts';

/** A language may lack what was added to the English texts a moment ago: English fills in. A test lists what is missing. */
export type Translation = { readonly [Key in keyof English]?: Message };
