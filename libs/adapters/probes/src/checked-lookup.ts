import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Fault } from '@caisson/kernel';
import type { AddressRules } from './address-rules.js';

/** Gives the numeric addresses of a name; rejects when there are none. */
export type NameLookup = (name: string) => Promise<readonly string[]>;

/** As the operating system resolves names: hosts file, DNS and what else it is told to ask. */
export const systemNames: NameLookup = async (name) => {
  const found = await lookup(name, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/** By what a host is judged. */
export interface HostJudge {
  readonly rules: AddressRules;
  readonly names: NameLookup;
}

/**
 * The numeric addresses of a host, each of which may be probed. The connection must be made to one of these and not by
 * the name again: a name may have another answer the next time.
 *
 * @throws Fault `probe-denied` when one of them may not, `probe-unresolved` (retryable) when there is none.
 */
export async function checkedAddresses(host: string, { names, rules }: HostJudge): Promise<readonly string[]> {
  const addresses = isIP(host) > 0 ? [host] : await resolved(host, names);
  const denied = addresses.find((address) => !rules.allows(address));
  if (denied === undefined) return addresses;
  const message = `${host === denied ? host : `${host} (${denied})`} may not be probed from here. `;
  throw new Fault('probe-denied', `${message}Ask the administrator for CAISSON_PROBE_ALLOW or _DENY.`, {
    retryable: false,
  });
}

/** A name resolution for sockets that answers an address that was checked before. */
export function pinnedTo(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

async function resolved(host: string, names: NameLookup): Promise<readonly string[]> {
  try {
    return await names(host);
  } catch (cause) {
    throw new Fault('probe-unresolved', `${host} has no address. Check its name.`, { retryable: true, cause });
  }
}
