import type { DescribedRoute } from '@caisson/http';
import { systemIds } from '@caisson/service';

/** By the collection in a path: an id of the right shape that names nothing. */
export const MISSING: Readonly<Record<string, string>> = {
  deployments: systemIds.next(),
  runs: systemIds.next(),
  plans: `sha256:${'0'.repeat(64)}`,
  tasks: `${systemIds.next()}/network`,
  attempts: `${systemIds.next()}/network/1.1`,
  drift: systemIds.next(),
  tenants: systemIds.next(),
  members: systemIds.next(),
  invitations: systemIds.next(),
  keys: systemIds.next(),
  credentials: 'absent-credential',
  'type-table': '9',
  'price-book': '9',
  'drift-policy': '9',
  'drift-breakers': 'absent-provider',
  webhooks: systemIds.next(),
  deliveries: systemIds.next(),
};

/** The collection in a path, that says what its first parameter names. */
export const segmentOf = ({ path }: Pick<DescribedRoute, 'path'>): string =>
  path.includes('/invitations/') ? 'invitations' : (path.split('/')[3] ?? '');

/** Where a rule is removed, one that is not there is fine. */
const NO_RULE = '0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a';

/** The address of a thing, as `api.ask` takes it. */
export const urlOf = (path: string, id: string): string =>
  path
    .replace('/api/v1', '')
    .replace(/:\w+/, encodeURIComponent(id))
    .replace(':revision', '1')
    .replace(':ruleId', NO_RULE);
