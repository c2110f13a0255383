import type { DriftPolicy } from '@caisson/contracts';
import { accept, digestOf, reject, type Decider, type Decision } from '@caisson/kernel';
import { BUILT_IN_POLICY } from './drift-policy.js';
import type { PolicyEvent } from './policy.events.js';

/** What can be asked of a drift policy. */
export interface PolicyCommand {
  readonly type: 'ReplacePolicy';
  readonly content: DriftPolicy;
  /** The version that the caller saw. */
  readonly ifVersion: number;
  /** Principal id. */
  readonly replacedBy: string;
}

/** Why it says no. */
export interface PolicyRejection {
  readonly code: 'table-version-conflict';
  readonly actual: number;
}

/** The newest version. */
export interface PolicyState {
  /** 1: the one that comes with Caisson. */
  readonly version: number;
  readonly digest: string;
}

/** The decision model of a tenant's drift policy. Versions are never taken away. */
export const policyDecider: Decider<PolicyState, PolicyCommand, PolicyEvent, PolicyRejection> = {
  initialState: { version: BUILT_IN_POLICY.version, digest: BUILT_IN_POLICY.digest },
  decide,
  evolve: (_state, { digest, version }) => ({ version, digest }),
};

/** The same content again changes nothing. */
function decide(state: PolicyState, command: PolicyCommand): Decision<PolicyEvent, PolicyRejection> {
  const { content, ifVersion, replacedBy } = command;
  const digest = digestOf(content);
  if (digest === state.digest) return accept();
  if (ifVersion !== state.version) return reject({ code: 'table-version-conflict', actual: state.version });
  return accept({ type: 'PolicyReplaced', version: state.version + 1, digest, content, replacedBy });
}
