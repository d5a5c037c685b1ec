import { BlockList, isIP } from 'node:net';

/** IPv4 that is not for the public Internet (IANA's special-purpose registry, multicast and the reserved rest). */
const NOT_PUBLIC_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

/** Parts of IPv6's global unicast space that are not for the public Internet, or that lead to an IPv4 address. */
const NOT_PUBLIC_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const notPublicV4 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V4) notPublicV4.addSubnet(net, prefix, 'ipv4');

const notPublicV6 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V6) notPublicV6.addSubnet(net, prefix, 'ipv6');

const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/**
 * Is this an address of the public Internet? IPv6 is judged by what is allowed, so loopback, link-local, unique local,
 * multicast, NAT64 and IPv4 in IPv6's clothes (`::ffff:127.0.0.1`) all are not.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublicV4.check(address, 'ipv4');
    case 6: {
      // A zone (`fe80::1%eth0`) exists for local addresses only.
      if (address.includes('%')) return false;
      return globalV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
    }
    default:
      return false;
  }
}
