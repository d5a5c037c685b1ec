import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter({ pages: process.env.OFFCUT_BUILD_DIR || 'build', precompress: false }),
    // Registered by the page itself through workbox-window, which also handles updates.
    serviceWorker: { register: false },
  },
};
