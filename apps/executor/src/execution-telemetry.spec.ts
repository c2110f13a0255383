import { Slots } from '@caisson/execution';
import { createLogger, Metrics } from '@caisson/observability';
import { describe, expect, it } from 'vitest';
import { executionTelemetry } from './execution-telemetry.js';

const LIMITS = { total: 2, perTenant: 2, perRun: 2, perEngine: {} };

describe('the telemetry of executions', () => {
  it('shows no place as taken when the last attempt has given its place back', async () => {
    const slots = new Slots(LIMITS, { monotonicMs: () => 0 });
    const metrics = new Metrics(false);
    const observer = executionTelemetry(createLogger({ service: 'executor', level: 'silent' }), metrics, slots);
    const request = { tenantId: 'tenant', runId: 'run', engine: 'sandbox', priority: 'normal' } as const;
    const ended = { engine: 'sandbox', taskId: 'run/web', attempt: 1, outcome: 'succeeded', durationMs: 5 } as const;
    slots.request(request, (slot) => {
      observer.attemptEnded(ended);
      slot.release();
    });
    expect(slots.taken).toBe(0);
    expect(await metrics.text()).toContain('caisson_execution_slots_taken 0');
  });
});
