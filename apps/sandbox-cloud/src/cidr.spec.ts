import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressAt, freeHost, holdsHost, parseCidr } from './cidr.js';

it.each([
  ['10.20.0.0/16', '10.20.0.1', 'a plain network'],
  ['192.168.1.128/25', '192.168.1.129', 'a network that starts inside an octet'],
  ['255.255.255.252/30', '255.255.255.253', 'the last network there is'],
])('reads %s: its first address is %s (%s)', (text, first) => {
  expect(addressAt(parseCidr(text)!, 1)).toBe(first);
});

it.each([
  ['10.20.0.1/16', 'host bits are set'],
  ['10.256.0.0/16', 'an octet is too large'],
  ['10.0.0.0/31', 'no address is left for a server'],
  ['8.0.0.0/7', 'it is too wide'],
  ['10.0.0.0', 'the prefix is missing'],
  ['fd00::/64', 'it is not IPv4'],
  ['10.0.0.0/16 ', 'there is a space'],
  ['', 'it is empty'],
])('refuses %j: %s', (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

it('hands out each address of a network once, whatever the seed, and then none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 26, max: 30 }), fc.nat(), (prefix, seed) => {
      const network = parseCidr(`10.0.0.0/${prefix}`)!;
      const taken = new Set<number>();
      for (let next = freeHost(network, seed, taken); next !== undefined; next = freeHost(network, seed, taken)) {
        expect(taken.has(next)).toBe(false);
        expect(holdsHost(network, next)).toBe(true);
        taken.add(next);
      }
      expect(taken.size).toBe(network.size - 3);
    }),
  );
});
