import { acknowledgedIsKept, historyIsWhole, tokensNeverFall } from './event-oracles.js';
import type { Oracle, Remains, Violation } from './oracle.js';
import { documentsFollowFromEvents } from './projection-oracle.js';
import { everythingRests, refusalsAreHonest, secretsStayIn, tenantsAreApart } from './rest-oracles.js';
import { effectsHappenOnce, worldIsAsRecorded } from './world-oracles.js';

/** In the order in which they look: the others judge what is at rest. */
const ORACLES: readonly Oracle[] = [
  everythingRests,
  acknowledgedIsKept,
  historyIsWhole,
  effectsHappenOnce,
  worldIsAsRecorded,
  documentsFollowFromEvents,
  tokensNeverFall,
  refusalsAreHonest,
  tenantsAreApart,
  secretsStayIn,
];

/** Says what is broken. */
export async function judge(remains: Remains, tell: (what: string) => void): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const oracle of ORACLES) {
    violations.push(...(await oracle(remains)));
    if (oracle === everythingRests) tell('everything rests');
  }
  return violations;
}
