import { accept, reject, type Decider, type Decision, type Instant } from '@caisson/kernel';

const HOUR_MS = 3_600_000;

/** Asks that what a scan found be put right without a person. */
export interface TakeTurn {
  readonly type: 'TakeTurn';
  readonly scanId: string;
  /** Of the tenant's policy. */
  readonly perHourMax: number;
  readonly at: Instant;
}

/** A scan has its turn. */
export interface TurnTaken {
  readonly type: 'TurnTaken';
  readonly scanId: string;
  readonly at: Instant;
}

/** Why it says no. */
export interface TurnRejection {
  readonly code: 'no-turn-left';
}

/** The turns of the last hour: no more than a policy ever allowed. */
export interface RemediationTurns {
  readonly taken: readonly Pick<TurnTaken, 'scanId' | 'at'>[];
}

/** The decision model of how often a tenant's drift is put right without a person. A scan takes one turn. */
export const remediationTurnsDecider: Decider<RemediationTurns, TakeTurn, TurnTaken, TurnRejection> = {
  initialState: { taken: [] },
  decide,
  evolve: ({ taken }, { at, scanId }) => ({ taken: [...ofTheHourBefore(at, taken), { scanId, at }] }),
};

function decide({ taken }: RemediationTurns, command: TakeTurn): Decision<TurnTaken, TurnRejection> {
  const { at, perHourMax, scanId } = command;
  if (taken.some((turn) => turn.scanId === scanId)) return accept();
  if (ofTheHourBefore(at, taken).length >= perHourMax) return reject({ code: 'no-turn-left' });
  return accept({ type: 'TurnTaken', scanId, at });
}

function ofTheHourBefore(at: Instant, taken: RemediationTurns['taken']): RemediationTurns['taken'] {
  const since = new Date(Date.parse(at) - HOUR_MS).toISOString();
  return taken.filter((turn) => turn.at > since);
}
