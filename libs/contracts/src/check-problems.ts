import { findReferences } from './references.js';
import type { Check } from './checks.js';

/** One member of a check that no world could fulfil. */
export interface CheckProblem {
  readonly member: 'url' | 'host' | 'expected';
  /** What is wrong and what to write instead; quotes nothing, since a URL may hold a secret. */
  readonly message: string;
}

const PLACEHOLDER = /\$\{[^{}]{1,500}\}/g;

/** Fits as a whole host, as a part of one, as a port and in a path. */
const STAND_IN = '1';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
const IPV6 = /^(?=.*:.*:)[0-9a-f:.]+$/i;

/**
 * What is wrong with a check before anything is known of the world: texts are judged by what stands around their
 * references, and a text that begins with one is judged when that is resolved.
 */
export function checkProblems(check: Check): readonly CheckProblem[] {
  switch (check.kind) {
    case 'http':
      return problemOf('url', urlTrouble(check.url));
    case 'tcp':
      return problemOf('host', hostTrouble(check.host));
    case 'output':
      return problemOf('expected', expectedTrouble(check));
    case 'command':
    case 'observed':
      return [];
  }
}

function problemOf(member: CheckProblem['member'], message: string | undefined): readonly CheckProblem[] {
  return message === undefined ? [] : [{ member, message }];
}

function urlTrouble(url: string): string | undefined {
  const open = openTrouble(url);
  if (open !== undefined || url.startsWith('${')) return open;
  const parsed = URL.canParse(standIn(url)) ? new URL(standIn(url)) : undefined;
  const good = parsed !== undefined && /^https?:$/.test(parsed.protocol) && /^https?:\/\//i.test(url);
  return good ? undefined : 'is no URL of http or https; write one such as https://example.com/healthz';
}

function hostTrouble(host: string): string | undefined {
  const open = openTrouble(host);
  if (open !== undefined) return open;
  const name = standIn(host);
  return HOST_NAME.test(name) || IPV6.test(name)
    ? undefined
    : 'is neither a host name nor an address; write one such as db.internal, and the port as port';
}

function expectedTrouble({ expected, test }: Extract<Check, { kind: 'output' }>): string | undefined {
  if (test === 'present') {
    return expected === null ? undefined : 'is not looked at by the test "present"; name the test, such as "equals"';
  }
  if (test !== 'at_least' && test !== 'at_most') return undefined;
  const isNumber = typeof expected === 'number' || (typeof expected === 'string' && isNumeric(expected));
  return isNumber ? undefined : `is no number, and the test "${test}" compares numbers`;
}

/** A reference may give anything. */
function isNumeric(text: string): boolean {
  const { references } = findReferences(text);
  return references.length > 0 || (text.trim() !== '' && Number.isFinite(Number(text)));
}

function openTrouble(text: string): string | undefined {
  return text.replace(PLACEHOLDER, '').includes('${')
    ? 'has a "${" that is never closed; write ${name.key}'
    : undefined;
}

function standIn(text: string): string {
  return text.replace(PLACEHOLDER, STAND_IN);
}
