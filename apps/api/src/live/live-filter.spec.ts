import { ROLE_PERMISSIONS } from '@caisson/contracts';
import type { FeedEntry } from '@caisson/event-sourcing';
import { describe, expect, it } from 'vitest';
import { filterKey, passesFilter, visibleContexts, type LiveFilter } from './live-filter.js';

function entry(type: string, more: { subject?: string; tenantId?: string; data?: object } = {}): FeedEntry {
  const envelope = {
    ...{ id: 'e', type, source: '/caisson/api', time: '', correlationId: '', causationId: '', actor: '', sequence: 1 },
    subject: more.subject ?? 'deployment-d1',
    tenantId: more.tenantId ?? 't1',
  };
  return { globalSeq: 1, envelope, dataJson: JSON.stringify(more.data ?? {}) };
}

const COMPLETED = 'caisson.deployment.run-completed.v1';
const STARTED = 'caisson.execution.task-started.v1';
const KEY = 'caisson.tenancy.tenant-created.v1';
const all: LiveFilter = { tenantId: 't1', contexts: visibleContexts(ROLE_PERMISSIONS.admin) };

describe('a watcher', () => {
  it('gets the events of its tenant and of no other', () => {
    expect(passesFilter(all, entry(COMPLETED))).toBe(true);
    expect(passesFilter(all, entry(COMPLETED, { tenantId: 't2' }))).toBe(false);
  });

  it('gets what its role may see', () => {
    const viewer = { ...all, contexts: visibleContexts(ROLE_PERMISSIONS.viewer) };
    expect([passesFilter(all, entry(KEY)), passesFilter(viewer, entry(KEY))]).toEqual([true, false]);
  });

  it('gets the types that it named, one by one or all of a context', () => {
    const types = [COMPLETED, 'caisson.execution.*'];
    const given = [COMPLETED, STARTED, 'caisson.deployment.run-failed.v1'].map((type) =>
      passesFilter({ ...all, types }, entry(type)),
    );
    expect(given).toEqual([true, true, false]);
  });

  it('gets the events of a deployment, by the stream or by what the fact says', () => {
    const filter = { ...all, deploymentId: 'd1' };
    const task = { subject: 'execution-r1', data: { deploymentId: 'd1' } };
    expect(passesFilter(filter, entry(COMPLETED))).toBe(true);
    expect(passesFilter(filter, entry(COMPLETED, { subject: 'deployment-d2' }))).toBe(false);
    expect(passesFilter(filter, entry(STARTED, task))).toBe(true);
    expect(passesFilter(filter, entry(STARTED, { ...task, data: { deploymentId: 'd2' } }))).toBe(false);
  });

  it('shares its bytes with those that get the same', () => {
    const types = [STARTED, COMPLETED];
    expect(filterKey({ ...all, types })).toBe(filterKey({ ...all, types: [...types].reverse() }));
    expect(filterKey({ ...all, tenantId: 't2' })).not.toBe(filterKey(all));
  });
});
