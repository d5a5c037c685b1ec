import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter({ pages: process.env.OFFCUT_BUILD_DIR || 'build', precompress: false }),
    // Registered by the page itself through workbox-window, which also handles updates.
    serviceWorker: { register: false },
    // Nothing but the app itself is ever loaded or asked: a leak of an image would have nowhere to go.
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self', 'wasm-unsafe-eval'],
        // SvelteKit hides its announcer of navigations with a style attribute.
        'style-src': ['self', 'unsafe-inline'],
        'connect-src': ['self', 'blob:'],
        'img-src': ['self', 'blob:'],
        'worker-src': ['self', 'blob:'],
        'object-src': ['none'],
        'base-uri': ['self'],
        'form-action': ['self'],
      },
    },
  },
};
