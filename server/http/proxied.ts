/** What a reverse proxy adds: then the peer on loopback is not who asks. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

export function isProxied(headers: Headers): boolean {
  return PROXY_HEADERS.some((name) => headers.has(name));
}
