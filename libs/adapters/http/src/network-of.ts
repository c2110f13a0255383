import { isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;

/**
 * What an address is counted as. Whoever has one IPv6 address has its whole /64, so that is counted as one; an IPv4
 * address is itself, however it is written.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.split('%', 1)[0] ?? ''}]`); // The shortest form, in lower case.
  const [head = '', tail = ''] = hostname.slice(1, -1).split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: IPV6_GROUPS - first.length - last.length }, () => '0');
  const groups = [...first, ...zeros, ...last];
  return isMapped(groups) ? ipv4Of(groups) : `${groups.slice(0, IPV6_GROUPS / 2).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}

/** `::ffff:…` (RFC 4291, section 2.5.5.2): an IPv4 address as a socket for both shows it. */
function isMapped(groups: readonly string[]): boolean {
  return groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
}

function ipv4Of(groups: readonly string[]): string {
  const numbers = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return numbers.flatMap((number) => [number >> 8, number & 0xff]).join('.');
}
