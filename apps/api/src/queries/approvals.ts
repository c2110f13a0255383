import { decodeEvent, type ApprovalResource, type EventOf, type PublicEvent } from '@caisson/contracts';

type Fact = EventOf<'deployment'>;

/**
 * The approvals that the plans of a run needed, oldest first, from the facts of its deployment. A plan has one; what
 * ends the run or asks for another plan ends its wait. O(facts).
 */
export function approvalsOf(runId: string, facts: readonly PublicEvent[]): readonly ApprovalResource[] {
  const approvals: ApprovalResource[] = [];
  for (const recorded of facts) {
    const event = decodeEvent('deployment', recorded);
    if (event === undefined || !('runId' in event.data) || event.data.runId !== runId) continue;
    if (event.fact === 'run-awaiting-approval') {
      approvals.push({ runId, planDigest: event.data.planDigest, state: 'pending', requestedAt: event.time });
      continue;
    }
    if (event.fact === 'run-approved' && approvals.at(-1)?.state !== 'pending') {
      approvals.push({ runId, planDigest: event.data.planDigest, state: 'approved' });
    }
    const last = approvals.at(-1);
    if (last !== undefined) approvals[approvals.length - 1] = { ...last, ...decisionBy(event, last) };
  }
  return approvals;
}

function decisionBy(event: Fact, { state }: ApprovalResource): Partial<ApprovalResource> {
  switch (event.fact) {
    case 'run-approved':
      return { state: 'approved', decidedAt: event.time, decidedBy: event.data.approvedBy };
    case 'run-rejected':
      return { state: 'rejected', decidedAt: event.time, decidedBy: event.actor, reason: event.data.reason };
    case 'run-planning-started':
    case 'run-cancelled':
    case 'run-failed':
      return state === 'pending' ? { state: 'superseded' } : {};
    default:
      return {};
  }
}
