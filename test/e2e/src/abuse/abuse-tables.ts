import type { AbuseTable } from './abuse-row.js';
import { ADDRESSES } from './rows/addresses.js';
import { AUTHORITY } from './rows/authority.js';
import { BODIES } from './rows/bodies.js';
import { COMMANDS } from './rows/commands.js';
import { ISOLATION } from './rows/isolation.js';
import { TOKENS } from './rows/tokens.js';
import { WEBHOOKS } from './rows/webhooks.js';

/** All of it, in the order of the page. */
export const ABUSE_TABLES: readonly AbuseTable[] = [
  ...[TOKENS, AUTHORITY, ISOLATION, BODIES, ADDRESSES, COMMANDS, WEBHOOKS],
];
