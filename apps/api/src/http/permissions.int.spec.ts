import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, type Permission, type Role } from '@caisson/contracts';
import { routesOf, type DescribedRoute } from '@caisson/http';
import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS, useApi } from '../api.harness.js';
import { signIn } from '../sign-in.harness.js';
import { API_CONTROLLERS } from './api-document.js';

const api = useApi();
const tokens = new Map<Role, string>();

/** Written out, so that a change of the one table shows here. */
const MAY: Readonly<Record<Permission, readonly Role[]>> = {
  'deployment:create': ['admin', 'operator', 'deployer'],
  'deployment:read': ['admin', 'operator', 'deployer', 'viewer'],
  'deployment:approve': ['admin', 'operator'],
  'deployment:cancel': ['admin', 'operator'],
  'deployment:rollback': ['admin', 'operator'],
  'drift:scan': ['admin', 'operator'],
  'drift:remediate': ['admin', 'operator'],
  'drift:read': ['admin', 'operator', 'deployer', 'viewer'],
  'user:manage': ['admin'],
  'system:admin': ['admin'],
};

const routes = API_CONTROLLERS.flatMap((controller) => routesOf(controller));
const needing = (permission: Permission): readonly DescribedRoute[] =>
  routes.filter(({ operation }) => operation.access === permission);

beforeAll(async () => {
  for (const role of ROLES) {
    tokens.set(role, (await signIn(api.store, SETTINGS, { role, tenantId: tenantIdOf('default') })).token);
  }
});

describe.each(PERMISSIONS)('%s', (permission) => {
  it.each(ROLES)('for %s', async (role) => {
    const isAllowed = MAY[permission].includes(role);
    expect(ROLE_PERMISSIONS[role].includes(permission)).toBe(isAllowed);
    const guarded = needing(permission).filter(({ operation }) => operation.answerMediaType !== 'text/event-stream');
    expect(guarded.length).toBeGreaterThan(0);
    for (const { method, path } of guarded) {
      const url = path.replace('/api/v1', '').replaceAll(/:\w+/g, systemIds.next());
      const { body, status } = await api.ask(method.toUpperCase(), url, { token: tokens.get(role) ?? '' });
      const isDenied = status === 403 && body.code === 'permission-denied';
      expect([method, path, isDenied]).toEqual([method, path, !isAllowed]);
    }
  });
});
