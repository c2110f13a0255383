import type { AppendRequest, EventStore } from '@caisson/event-sourcing';
import { Metrics } from '@caisson/observability';
import { expect, it } from 'vitest';
import { countRuns } from './run-telemetry.js';

const FAILED = 'caisson_runs_ended_total{kind="create",outcome="failed"}';

it('the first run that fails is an increase: its count was there before, as 0', async () => {
  const metrics = new Metrics(false);
  const store = { append: async () => ({ outcome: 'appended' }) } as unknown as EventStore;
  const counted = countRuns(store, metrics);
  expect(await metrics.text()).toContain(`${FAILED} 0\n`);
  const body = { id: 'r', kind: 'create', requestedAt: '2026-03-02T10:15:00Z', finishedAt: '2026-03-02T10:16:00Z' };
  await counted.append({
    events: [{ type: 'RunFailed', publicForm: { type: 'caisson.deployment.run-failed.v1' } }],
    documents: [{ collection: 'run', id: 'r', body }],
  } as unknown as AppendRequest);
  expect(await metrics.text()).toContain(`${FAILED} 1\n`);
});
