import type { ServerAddress, ServerLink } from './interface.ts';
import { TO_SERVER } from './to-server.ts';

/**
 * How requests reach the server. Those to the page's own origin say that they are meant for it: else the service worker
 * would answer them, from this device.
 */
export function linkTo({ url, apiKey }: ServerAddress): ServerLink {
  const baseUrl = url === '' ? location.origin : url.replace(/\/+$/, '');
  const isOwn = new URL(baseUrl).origin === location.origin;
  return {
    baseUrl,
    apiKey: apiKey === '' ? undefined : apiKey,
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        redirect: 'error',
      }),
    headers: isOwn ? { [TO_SERVER]: '1' } : {},
  };
}
