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
 * The policy of a page: its own files, WebAssembly, and exactly those inline scripts that the built page has
 * (SvelteKit's start-up), by their hashes.
 */
export function contentSecurityPolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const scripts = ["'self'", "'wasm-unsafe-eval'", ...new Set(hashes)];
  return Object.entries({ ...DIRECTIVES, 'script-src': scripts })
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
