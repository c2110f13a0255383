import type { BreakerRules } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision, type Instant } from '@caisson/kernel';
import type { BreakerEvent, Look } from './breaker.events.js';
import { NEVER_TRIPPED, evolve, isWrong, newestOfEach, type BreakerState } from './breaker.state.js';

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
 * The decision model of one provider's breaker. What counts is the newest look at each deployment: one that is looked
 * at often says no more than the others. Closed, it notes looks only while one that went wrong is among them, so a
 * provider that is well costs no event. Open, nothing of the provider is put right until enough other deployments were
 * seen as they should be, or a person has looked.
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
  const before = recent(state.looks, look.at, rules);
  if (![...before, look].some((one) => isWrong(one))) return accept();
  const seen: BreakerEvent = { type: 'LookRecorded', provider, look, forgetBefore: before[0]?.at ?? look.at };
  const looks = newestOfEach(before, look);
  const wrong = looks.filter((one) => isWrong(one)).length;
  // Few among many that are well are troubles of their own.
  if (wrong < rules.wrongDeployments || wrong * 2 < looks.length) return accept(seen);
  const reason = `${wrong} of ${looks.length} deployments could not be read, or had drifted in large part`;
  return accept<BreakerEvent>(seen, { type: 'BreakerOpened', provider, reason, at: look.at });
}

function whileOpen({ looks, provider }: BreakerState, { look, rules }: RecordLook): BreakerDecision {
  const well = looks.filter((one) => !isWrong(one));
  const saysNothingNew = isWrong(look)
    ? well.length === 0
    : well.some(({ deploymentId }) => deploymentId === look.deploymentId);
  if (saysNothingNew) return accept();
  const seen: BreakerEvent = { type: 'LookRecorded', provider, look, forgetBefore: looks[0]?.at ?? look.at };
  const inRow = well.length + 1;
  if (isWrong(look) || inRow < rules.healthyDeployments) return accept(seen);
  const reason = `${inRow} deployments in a row were seen as they should be`;
  return accept<BreakerEvent>(seen, { type: 'BreakerClosed', provider, reason, at: look.at });
}

function recent(looks: readonly Look[], at: Instant, { windowMinutes }: BreakerRules): readonly Look[] {
  const since = new Date(Date.parse(at) - windowMinutes * 60_000).toISOString();
  return looks.filter((look) => look.at >= since);
}
