import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter({ precompress: true }),
    // Registered by the page itself through workbox-window, which also handles updates.
    serviceWorker: { register: false },
  },
};
