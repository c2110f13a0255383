import type { Json, JsonObject } from '@caisson/kernel';
import { shownUrl } from './checks.js';

/** The user and password of a URL within a text; of a scheme that is not one of the web only with a password. */
const WEB_USER = /\b(https?:\/\/)[^\s/?#@"'<>]+@/gi;
const USER_AND_PASSWORD = /\b([a-z][a-z0-9+.-]{1,30}:\/\/)[^\s/?#@"'<>:]*:[^\s/?#@"'<>]+@/gi;

/**
 * A copy as people may see it: no text has the user and the password of a URL, and what is named `url` has no query and
 * no fragment either. References stay. O(size of value).
 */
export function hideUrlSecrets(value: Json, key = ''): Json {
  if (typeof value === 'string') return key === 'url' && value.includes('/') ? shownUrl(value) : withoutUsers(value);
  if (Array.isArray(value)) return value.map((item: Json) => hideUrlSecrets(item, key));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as JsonObject);
  return Object.fromEntries(members.map(([name, item]) => [name, hideUrlSecrets(item, name)]));
}

function withoutUsers(text: string): string {
  if (!text.includes('@')) return text;
  return text.replace(WEB_USER, '$1').replace(USER_AND_PASSWORD, '$1');
}
