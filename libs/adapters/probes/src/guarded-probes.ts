import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { Fault } from '@caisson/kernel';
import type { AddressRules } from './address-rules.js';
import { checkedAddresses, pinnedTo, systemNames, type HostJudge, type NameLookup } from './checked-lookup.js';

/**
 * Asks URLs and ports of others on behalf of tenants, so never those that the rules keep away: what is checked is the
 * address that is connected to.
 */
export class GuardedProbes {
  readonly #judge: HostJudge;

  constructor(rules: AddressRules, names: NameLookup = systemNames) {
    this.#judge = { rules, names };
  }

  /**
   * The status code of a GET. Reads no body, follows no redirect, sends nothing of ours.
   *
   * @throws Fault `check-url-invalid`, `probe-denied`, and whatever the connection throws.
   */
  async status(url: string, signal: AbortSignal): Promise<number> {
    const target = httpUrl(url);
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
    const [address = ''] = await checkedAddresses(host, this.#judge);
    const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const asked = request(target, { signal, lookup: pinnedTo(address), agent: false }, (answer) => {
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /**
   * Connects to a port and hangs up.
   *
   * @throws Fault `probe-denied`, and whatever the connection throws.
   */
  async connect(target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void> {
    const [host = ''] = await checkedAddresses(target.host, this.#judge);
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port: target.port, signal });
      socket.once('connect', () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });
  }
}

function httpUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new Fault('check-url-invalid', 'The URL is not one of http or https. Correct it.', { retryable: false });
}
