import { unreachable, type Instant } from '@caisson/kernel';
import type { BreakerEvent, Look } from './breaker.events.js';

/** Looks that are remembered. More in one window say nothing new. */
const LOOKS_MAX = 50;

/** Where the breaker of a provider stands. */
export interface BreakerState {
  readonly provider: string;
  /** `open`: nothing of the provider is put right. */
  readonly status: 'closed' | 'open';
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
      return { ...state, provider, looks: [...kept, look].slice(-LOOKS_MAX) };
    }
    case 'BreakerOpened': {
      const { at, provider, reason } = event;
      return { provider, status: 'open', looks: state.looks, reason, since: at };
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
