import { BREAKER_DEPLOYMENTS_MAX } from '@caisson/contracts';
import { unreachable, type Instant } from '@caisson/kernel';
import type { BreakerEvent, Look } from './breaker.events.js';

/** Deployments whose looks are remembered: of so many, half can be as many as a policy may ask for. */
export const LOOKS_MAX = BREAKER_DEPLOYMENTS_MAX * 2;

/** Where the breaker of a provider stands. */
export interface BreakerState {
  readonly provider: string;
  /** `open`: nothing of the provider is put right. */
  readonly status: 'closed' | 'open';
  /** The newest of each deployment, the oldest first. While it is open, the ones since the last that went wrong. */
  readonly looks: readonly Look[];
  readonly reason?: string;
  /** Since when it stands so; absent while it never opened. */
  readonly since?: Instant;
  readonly closedBy?: string;
}

/** Before anything went wrong. */
export const NEVER_TRIPPED: BreakerState = { provider: '', status: 'closed', looks: [] };

/** Applies one recorded fact. */
export function evolve(state: BreakerState, event: BreakerEvent): BreakerState {
  switch (event.type) {
    case 'LookRecorded': {
      const { forgetBefore, look, provider } = event;
      const kept = state.looks.filter(({ at }) => at >= forgetBefore);
      const startsAnew = state.status === 'open' && isWrong(look);
      return { ...state, provider, looks: startsAnew ? [look] : newestOfEach(kept, look) };
    }
    case 'BreakerOpened': {
      const { at, provider, reason } = event;
      return { provider, status: 'open', looks: state.looks.slice(-1), reason, since: at };
    }
    case 'BreakerClosed': {
      const { at, closedBy, provider, reason } = event;
      const by = closedBy === undefined ? {} : { closedBy };
      return { provider, status: 'closed', looks: [], reason, since: at, ...by };
    }
    default:
      return unreachable(event, 'breaker event');
  }
}

/** Whether a look went wrong, in whichever way. */
export function isWrong({ verdict }: Look): boolean {
  return verdict !== 'healthy';
}

/** Looks with one more, which replaces the one at the same deployment. */
export function newestOfEach(looks: readonly Look[], newest: Look): readonly Look[] {
  const others = looks.filter(({ deploymentId }) => deploymentId !== newest.deploymentId);
  return [...others, newest].slice(-LOOKS_MAX);
}
