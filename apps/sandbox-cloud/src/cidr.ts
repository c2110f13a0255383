/** An IPv4 network: its first address as a number and how many addresses it has. */
export interface Ipv4Network {
  readonly base: number;
  readonly size: number;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
const PREFIX_MIN = 8;
const PREFIX_MAX = 30; // Smaller ones have no address left for a server beside the gateway.

/** Reads `10.20.0.0/16`. Undefined for anything else, for host bits that are set and for prefixes outside 8 to 30. */
export function parseCidr(text: string): Ipv4Network | undefined {
  const match = CIDR.exec(text);
  if (match === null) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0, prefix = 0] = match.slice(1).map(Number);
  const octets = [first, second, third, fourth];
  if (octets.some((octet) => octet > 255) || prefix < PREFIX_MIN || prefix > PREFIX_MAX) return undefined;
  const base = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  return base % size === 0 ? { base, size } : undefined;
}

/** The address with a number in its network, 0 being the network itself. */
export function addressAt(network: Ipv4Network, hostNumber: number): string {
  const address = network.base + hostNumber;
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join('.');
}

/** The gateway's number; servers come after it, before the broadcast address. */
export const GATEWAY_NUMBER = 1;

/** Whether a server can have this number in the network. */
export function holdsHost(network: Ipv4Network, hostNumber: number): boolean {
  return hostNumber > GATEWAY_NUMBER && hostNumber < network.size - 1;
}

/**
 * The first free number from a seeded place on, wrapping around. The same seed finds the same number when it is free,
 * so that a server that is made again keeps its address. Undefined when the network is full. O(taken).
 */
export function freeHost(network: Ipv4Network, seed: number, taken: ReadonlySet<number>): number | undefined {
  const count = network.size - GATEWAY_NUMBER - 2;
  for (let step = 0; step < count && step <= taken.size; step += 1) {
    const candidate = GATEWAY_NUMBER + 1 + ((seed + step) % count);
    if (!taken.has(candidate)) return candidate;
  }
  return undefined;
}
