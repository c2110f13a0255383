import { DecideRemediation, ManageBreakers, REMEDIATION_QUEUE, StoredPolicies } from '@caisson/drift';
import { withStory } from '@caisson/observability';
import { jobLoop, type BackgroundLoop, type ServiceFrame } from '@caisson/service';

/** A decision is two reads and a write; one that fails so often stays to be looked at. */
const ATTEMPTS_MAX = 5;
const AT_ONCE_MAX = 4;
const DRAIN_MS = 2_000;

/** The loop that decides, some time after a scan, whether what it found is put right without a person. */
export function remediationWorker(frame: ServiceFrame): BackgroundLoop {
  const { documents, runtime } = frame;
  const decided = frame.metrics.counter(
    'caisson_drift_remediations_total',
    'Decisions whether drift is put right without a person, by what was decided.',
    ['outcome'],
  );
  const decideRemediation = new DecideRemediation({
    runtime,
    policies: new StoredPolicies(documents),
    breakers: new ManageBreakers(runtime, documents),
  });
  return jobLoop(frame, {
    queue: REMEDIATION_QUEUE,
    concurrencyMax: AT_ONCE_MAX,
    attemptsMax: ATTEMPTS_MAX,
    drainMs: DRAIN_MS,
    handle: async (job) => {
      const { correlationId, id } = job.payload as { readonly correlationId: string; readonly id: string };
      const story = { correlationId, causationId: id, tenantId: job.tenantId };
      const scan = await withStory(story, () => decideRemediation.execute(job));
      if (scan.status === 'completed') decided.inc({ outcome: scan.remediation?.outcome ?? 'none' });
      return { outcome: 'done' };
    },
  });
}
