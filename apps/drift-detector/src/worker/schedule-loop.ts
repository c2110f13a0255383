import { DUE_TURNS_MAX, type AnnounceDueScans } from '@caisson/drift';
import { Fault } from '@caisson/kernel';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';

/** How often the leader looks at the clock. Schedules count in minutes. */
const TICK_MS = 2_000;

/** How often the others ask whether there is still a leader, and how long one that died stays it. */
const CANDIDATE_MS = 5_000;
const LEASE_MS = 15_000;

/** The lease belongs to the installation, not to a tenant. */
const LEASE = { tenantId: 'system', resource: 'drift-schedules', ttlMs: LEASE_MS, waitMs: 0 } as const;

/** The loop that looks at the clock. Over all replicas one leads; two for a moment would state nothing twice. */
export function scheduleLoop(frame: ServiceFrame, announceDueScans: AnnounceDueScans): BackgroundLoop {
  const { clock, locks, log, metrics } = frame;
  const leads = metrics.gauge(
    'caisson_drift_schedule_leader',
    '1 while this process looks at the clock for scans, else 0.',
  );
  const due = metrics.counter('caisson_drift_scans_due_total', 'Turns of schedules that have come.');
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const lead = async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    leads.set(1);
    while (!signal.aborted) {
      const taken = await announceDueScans.execute();
      due.inc(taken);
      if (taken < DUE_TURNS_MAX) await clock.sleep(TICK_MS, signal);
    }
  };
  const stand = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await locks.withLock({ ...LEASE, signal: stopping.signal }, lead);
      } catch (error) {
        const isTaken = error instanceof Fault && error.code === 'lock-unavailable';
        if (!isTaken) log.warn({ error }, 'schedules could not be followed; trying again');
      } finally {
        leads.set(0);
      }
      await clock.sleep(CANDIDATE_MS, stopping.signal);
    }
  };
  return {
    start: () => {
      running ??= stand();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
