import { decodeEvent, type Plan } from '@caisson/contracts';
import type { ConsumerStore } from '@caisson/event-sourcing';
import { digestOf, type JsonObject } from '@caisson/kernel';

/** A plan as it was approved, or why it cannot be executed. */
export type FoundPlan =
  | { readonly outcome: 'found'; readonly plan: Plan }
  | { readonly outcome: 'missing' }
  /** Its content is not what its digest says: not the plan that was approved. */
  | { readonly outcome: 'tampered' };

/** Finds the plan of a run by its digest among the public facts of `plan-<runId>`, and proves that it is that plan. */
export async function readPlan(
  publicEvents: Pick<ConsumerStore, 'readStream'>,
  wanted: { readonly tenantId: string; readonly runId: string; readonly planDigest: string },
): Promise<FoundPlan> {
  const { tenantId, runId, planDigest } = wanted;
  const events = await publicEvents.readStream({ tenantId, streamId: `plan-${runId}` }, 0);
  for (const event of events.toReversed()) {
    const fact = decodeEvent('planning', event);
    if (fact?.fact !== 'plan-computed' || fact.data.plan.digest !== planDigest) continue;
    // Over what was recorded: parsing may add defaults that the digest does not cover.
    const { digest: _itself, ...content } = (event.data as { readonly plan: JsonObject }).plan;
    return digestOf(content) === planDigest ? { outcome: 'found', plan: fact.data.plan } : { outcome: 'tampered' };
  }
  return { outcome: 'missing' };
}
