import { isIPv6 } from 'node:net';

/**
 * The address of a client, as it is counted by: an IPv6 one by its network (/64), of which everybody has a whole one.
 * @param peer who holds the connection
 * @param forwarded `X-Forwarded-For`: each proxy adds whom it was asked by at the end, and what is before that may be
 *   made up
 * @param proxies how many of ours are between
 */
export function clientAddress(peer: string, forwarded: string | undefined, proxies: number): string {
  const hops = (forwarded ?? '').split(',').map((hop) => hop.trim());
  const address = (proxies === 0 ? undefined : hops.at(-proxies)) || peer;
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  return isIPv6(address) ? networkOf(address) : address;
}

function networkOf(address: string): string {
  const [left = '', right] = address.split('%')[0]?.split('::') ?? [];
  const groups = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
