import type { DocumentStore } from '@caisson/event-sourcing';
import { systemClock } from '@caisson/service';
import { FindAccess, TENANCY_COLLECTIONS } from '@caisson/tenancy';
import { expect, it } from 'vitest';
import { CurrentAccess } from './current-access.js';

const MIA = { tenantId: 't', principalId: 'mia' };

/** Mia as a member with one session, and how often that was read. */
function setUp() {
  const bodies: Record<string, object> = {
    [`${TENANCY_COLLECTIONS.member}/mia`]: { id: 'mia', username: 'mia', role: 'admin', status: 'active' },
    [`${TENANCY_COLLECTIONS.session}/mia`]: { sessions: [{ sessionId: 's-1', endsAt: '2099-01-01T00:00:00.000Z' }] },
  };
  let reads = 0;
  const documents: Pick<DocumentStore, 'get'> = {
    get: (_tenantId, collection, id) => {
      if (collection === TENANCY_COLLECTIONS.member) reads += 1;
      const body = bodies[`${collection}/${id}`];
      return Promise.resolve(body === undefined ? undefined : { id, version: 1, body: body as never });
    },
  };
  const now = systemClock.now();
  const access = new CurrentAccess(new FindAccess(documents as DocumentStore), { now: () => now });
  return { access, bodies, readsIn: async (work: () => Promise<unknown>) => ((reads = 0), await work(), reads) };
}

it('reads once what many ask at once, and remembers it for a moment', async () => {
  const { access, readsIn } = setUp();
  const many = () => Promise.all(Array.from({ length: 20 }, () => access.inSession(MIA, 's-1')));
  expect(await readsIn(many)).toBe(1);
  expect(await readsIn(many)).toBe(0);
});

it('reads once for a no that memory has no part in, and does not remember who is not there', async () => {
  const { access, readsIn } = setUp();
  const nobody = { tenantId: 't', principalId: 'nobody' };
  expect(await readsIn(() => access.inSession(MIA, 'another'))).toBe(1);
  expect(await readsIn(() => access.inSession(nobody, 's-1'))).toBe(1);
  expect(await readsIn(() => access.inSession(nobody, 's-1'))).toBe(1);
});

it('does not say no from memory', async () => {
  const { access, bodies, readsIn } = setUp();
  expect(await access.inSession(MIA, 's-2')).toBeUndefined();
  bodies[`${TENANCY_COLLECTIONS.session}/mia`] = { sessions: [{ sessionId: 's-2', endsAt: '2099-01-01' }] };
  expect(await readsIn(() => access.inSession(MIA, 's-2'))).toBe(1);
  expect(await access.inSession(MIA, 's-2')).toMatchObject({ role: 'admin' });
});
