import { isIP } from 'node:net';
import { isLoopback } from '../http/guard.ts';
import { isPublicAddress } from '../http/public-address.ts';
import { hostOf } from '../http/public-fetch.ts';

const LONGEST = 2048;
/** Below these is mail, remote shells and the like, which must not get requests of ours. */
const FIRST_FREE_PORT = 1024;
const WEB_PORTS = [80, 443];

export type Target =
  | { readonly kind: 'fit'; readonly url: URL }
  /** `why` ends the sentence "webhook_url=… cannot be called: ". */
  | { readonly kind: 'unfit'; readonly why: string };

/**
 * Whether a webhook may go to this address, as far as the text of it tells; where a name leads is seen when it is
 * called. `https` only, but for the hosts that the operator named.
 */
export function webhookTarget(text: string, privateHosts: readonly string[]): Target {
  const unfit = (why: string): Target => ({ kind: 'unfit', why });
  if (text.length > LONGEST) return unfit(`it has more than ${String(LONGEST)} characters`);
  const url = URL.parse(text);
  if (url === null) return unfit('it is no URL such as https://example.com/hook');
  const host = hostOf(url);
  const isPrivate = privateHosts.includes(host);
  if (url.protocol !== 'https:' && !(isPrivate && url.protocol === 'http:')) return unfit('it is not https');
  if (url.username !== '' || url.password !== '') return unfit('it carries a user name or password');
  const port = Number(url.port);
  if (port !== 0 && port < FIRST_FREE_PORT && !WEB_PORTS.includes(port)) {
    return unfit(`the port ${url.port} is none of 80, 443 and from ${String(FIRST_FREE_PORT)} on`);
  }
  if (!isPrivate && (isLoopback(host) || (isIP(host) !== 0 && !isPublicAddress(host)))) {
    return unfit(`the host "${url.hostname}" is not on the public Internet`);
  }
  return { kind: 'fit', url };
}
