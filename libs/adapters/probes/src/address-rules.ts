import { BlockList, isIP } from 'node:net';
import { Fault } from '@caisson/kernel';

/** Which addresses may be probed besides those that never may. Networks are `10.0.0.0/8`, `fd00::/8` or one address. */
export interface AddressLists {
  /** When it is not empty, only these. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Never probed, whatever the lists say: addresses that only mean something on the host itself or on its link, where
 * clouds answer with credentials.
 */
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16', // Link-local, and the metadata of AWS, Azure, GCP, OpenStack and others.
  '100.100.100.200/32', // Metadata of Alibaba Cloud.
  '168.63.129.16/32', // The wire server of Azure.
  '192.0.0.0/24', // Metadata of Oracle Cloud, and protocol assignments.
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254/128', // Metadata of AWS.
  'fd20:ce::254/128', // Metadata of GCP.
  'ff00::/8',
  '64:ff9b::a9fe:0/112', // 169.254.0.0/16 through NAT64, RFC 6052.
  '2002:a9fe::/32', // 169.254.0.0/16 through 6to4, RFC 3056.
] as const;

/** Says which addresses a probe may be sent to. */
export class AddressRules {
  readonly #never = listOf(NEVER);
  readonly #deny: BlockList;
  readonly #allow: BlockList | undefined;

  /** @throws Fault `settings-invalid` for what is no network. */
  constructor({ allow, deny }: AddressLists) {
    this.#deny = listOf(deny);
    this.#allow = allow.length === 0 ? undefined : listOf(allow);
  }

  /** Whether a numeric address may be probed. IPv4 in IPv6 (`::ffff:…`) counts as IPv4. */
  allows(address: string): boolean {
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.#never.check(address, family) || this.#deny.check(address, family)) return false;
    return this.#allow?.check(address, family) ?? true;
  }
}

/** Whether a text is a network or one address, as the lists take them. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    if (!isNetwork(network)) {
      throw new Fault('settings-invalid', `"${network}" is no network such as 10.0.0.0/8.`, { retryable: false });
    }
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
