import type { BreakerRules } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision, type Instant } from '@caisson/kernel';
import type { BreakerEvent, Look } from './breaker.events.js';
import { NEVER_TRIPPED, evolve, type BreakerState } from './breaker.state.js';

/** What a breaker is told. */
export type BreakerCommand =
  | {
      readonly type: 'RecordLook';
      readonly provider: string;
      readonly look: Look;
      readonly rules: BreakerRules;
    }
  | {
      readonly type: 'CloseBreaker';
      /** Principal id, or who an operator says that he is. */
      readonly closedBy: string;
      readonly reason: string;
      readonly at: Instant;
    };

/** Why it says no. */
export interface BreakerRejection {
  readonly code: 'drift-breaker-not-open';
}

type BreakerDecision = Decision<BreakerEvent, BreakerRejection>;

/**
 * The decision model of one provider's breaker. Closed, it remembers looks only from the first one that went wrong on,
 * so a provider that is well costs no event. Open, nothing of the provider is put right until enough other deployments
 * were seen as they should be, or a person has looked.
 */
export const breakerDecider: Decider<BreakerState, BreakerCommand, BreakerEvent, BreakerRejection> = {
  initialState: NEVER_TRIPPED,
  decide,
  evolve,
};

function decide(state: BreakerState, command: BreakerCommand): BreakerDecision {
  switch (command.type) {
    case 'RecordLook':
      if (state.looks.some(({ scanId }) => scanId === command.look.scanId)) return accept();
      return state.status === 'open' ? whileOpen(state, command) : whileClosed(state, command);
    case 'CloseBreaker': {
      if (state.status !== 'open') return reject({ code: 'drift-breaker-not-open' });
      const { at, closedBy, reason } = command;
      return accept({ type: 'BreakerClosed', provider: state.provider, closedBy, reason, at });
    }
    default:
      return unreachable(command, 'breaker command');
  }
}

type RecordLook = Extract<BreakerCommand, { type: 'RecordLook' }>;

function whileClosed(state: BreakerState, { look, provider, rules }: RecordLook): BreakerDecision {
  const looks = [...recent(state.looks, look.at, rules), look];
  const wrong = looks.filter(({ verdict }) => verdict !== 'healthy');
  if (wrong.length === 0) return accept();
  const seen: BreakerEvent = { type: 'LookRecorded', provider, look, forgetBefore: looks[0]?.at ?? look.at };
  const deployments = new Set(wrong.map(({ deploymentId }) => deploymentId)).size;
  // Few among many that are well are troubles of their own.
  if (deployments < rules.wrongDeployments || wrong.length * 2 < looks.length) return accept(seen);
  const reason = `${deployments} deployments in a row could not be read, or had drifted in large part`;
  return accept<BreakerEvent>(seen, { type: 'BreakerOpened', provider, reason, at: look.at });
}

function whileOpen({ looks, provider }: BreakerState, { look, rules }: RecordLook): BreakerDecision {
  const isWell = look.verdict === 'healthy';
  if (!isWell && looks.at(-1)?.verdict !== 'healthy') return accept(); // As before: nothing to note.
  const seen: BreakerEvent = { type: 'LookRecorded', provider, look, forgetBefore: looks[0]?.at ?? look.at };
  const lastWrong = looks.findLastIndex(({ verdict }) => verdict !== 'healthy');
  const well = new Set([...looks.slice(lastWrong + 1), look].map(({ deploymentId }) => deploymentId));
  if (!isWell || well.size < rules.healthyDeployments) return accept(seen);
  const reason = `${well.size} deployments in a row were seen as they should be`;
  return accept<BreakerEvent>(seen, { type: 'BreakerClosed', provider, reason, at: look.at });
}

function recent(looks: readonly Look[], at: Instant, { windowMinutes }: BreakerRules): readonly Look[] {
  const since = new Date(Date.parse(at) - windowMinutes * 60_000).toISOString();
  const young = looks.filter((look) => look.at >= since);
  const firstWrong = young.findIndex(({ verdict }) => verdict !== 'healthy');
  return firstWrong === -1 ? [] : young.slice(firstWrong);
}
