import http from 'node:http';

/** Has `fetch` go through HTTPS_PROXY and HTTP_PROXY, but for the hosts of NO_PROXY. Node from 24.14 on can do that. */
export function useProxyOfEnvironment(): void {
  // Older ones have NODE_USE_ENV_PROXY=1.
  if ('setGlobalProxyFromEnv' in http) http.setGlobalProxyFromEnv();
}
