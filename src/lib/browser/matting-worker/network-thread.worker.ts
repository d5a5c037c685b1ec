import { serveNetwork, type Part } from '#matting/network/threads.ts';

// It computes from its first message to its end, so it hears no second one.
addEventListener(
  'message',
  ({ data }: MessageEvent<Part>) => serveNetwork(data, () => postMessage('ready')),
  {
    once: true,
  },
);
