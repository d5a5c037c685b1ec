/** One page, written out at build time: it shows before any script has run, and needs no server. */
export const prerender = true;
export const trailingSlash = 'always';
