import { createHash } from 'node:crypto';

const DIRECTIVES = {
  'default-src': ["'self'"],
  // Svelte sets style attributes, and makes style elements for transitions.
  'style-src': ["'self'", "'unsafe-inline'"],
  // Chosen photos and results are shown by object URLs.
  'img-src': ["'self'", 'blob:', 'data:'],
  'connect-src': ["'self'", 'blob:', 'data:'],
  'worker-src': ["'self'", 'blob:'],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/**
 * The two workers that talk to other sites: the one that asks for pictures when a user gives it a link, and sees nothing
 * of the device, and the one that syncs with the server that a user connects. Pages and all other workers talk to their
 * own origin alone.
 */
const GOES_OUT = /\/(?:fetch-picture|sync)\.worker-[^/]*\.js$/;
const ANY_SITE = ["'self'", 'https:', 'http:'];

/**
 * The policy of a page: its own files, WebAssembly, and exactly those inline scripts that the built page has
 * (SvelteKit's start-up), by their hashes.
 * @param file the built file that it is for
 */
export function contentSecurityPolicy(html: string, file = ''): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const scripts = ["'self'", "'wasm-unsafe-eval'", ...new Set(hashes)];
  const connections = GOES_OUT.test(file) ? ANY_SITE : DIRECTIVES['connect-src'];
  return Object.entries({ ...DIRECTIVES, 'connect-src': connections, 'script-src': scripts })
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
