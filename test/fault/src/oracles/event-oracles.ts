import { SETTLED_RUN_STATES } from '@caisson/contracts';
import type { StreamRef } from '@caisson/event-sourcing';
import { checkHistory, type LogEntry } from '../history/check-history.js';
import type { Oracle, Remains, Violation } from './oracle.js';

/** How many streams are checked at once. */
const CHAINS_AT_ONCE = 8;

/** O1: what clients were answered fits what is recorded, in one order, and every run came to an end. */
export const acknowledgedIsKept: Oracle = async ({ history, stack, canaries }) => {
  const tenants = [...canaries.keys()];
  const log = await stack.database.query<LogEntry>(
    `select substr(stream_id, 12) as "deploymentId", version::float8 as version, command_id as "commandId"
       from event where tenant_id = any($1) and stream_id like 'deployment-%' order by stream_id, version`,
    [tenants],
  );
  const anomalies = checkHistory({ operations: history.operations, log: log.rows });
  const violations = anomalies.map(({ kind, what }): Violation => ({ oracle: 'O1', what: `${kind}: ${what}` }));
  const open = await stack.database.query<{ readonly id: string; readonly state: string }>(
    `select id, body ->> 'state' as state from document
      where tenant_id = any($1) and collection = 'run' and not (body ->> 'state' = any($2))`,
    [tenants, SETTLED_RUN_STATES],
  );
  for (const { id, state } of open.rows) violations.push({ oracle: 'O1', what: `run ${id} is still ${state}` });
  return violations;
};

/** I6: no stream has a hole, and no event was changed. */
export const historyIsWhole: Oracle = async (remains) => {
  const streams = await streamsOf(remains);
  const violations: Violation[] = [];
  for (let at = 0; at < streams.length; at += CHAINS_AT_ONCE) {
    const some = streams.slice(at, at + CHAINS_AT_ONCE);
    const verdicts = await Promise.all(some.map((stream) => remains.store.verifyChain(stream)));
    verdicts.forEach((verdict, index) => {
      if (verdict.outcome === 'intact') return;
      const what = `${some[index]?.streamId ?? '?'} is broken at ${verdict.version}: ${verdict.reason}`;
      violations.push({ oracle: 'O1', what });
    });
  }
  return violations;
};

/** O6: no event of a stream carries a lower token than one before it. */
export const tokensNeverFall: Oracle = async ({ canaries, stack }) => {
  const fallen = await stack.database.query<{ readonly stream_id: string; readonly version: string }>(
    `select stream_id, version from (
       select stream_id, version, fencing_token, max(fencing_token) over (
         partition by tenant_id, stream_id order by version rows between unbounded preceding and 1 preceding) as before
       from event where tenant_id = any($1)) as seen
     where fencing_token < before`,
    [[...canaries.keys()]],
  );
  return fallen.rows.map(({ stream_id, version }) => ({
    oracle: 'O6' as const,
    what: `${stream_id} has an older token at ${version} than before it`,
  }));
};

async function streamsOf({ canaries, stack }: Remains): Promise<readonly StreamRef[]> {
  const found = await stack.database.query<StreamRef>(
    'select tenant_id as "tenantId", stream_id as "streamId" from stream where tenant_id = any($1)',
    [[...canaries.keys()]],
  );
  return found.rows;
}
