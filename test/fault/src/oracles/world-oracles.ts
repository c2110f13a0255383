import { databaseUrl } from '@caisson/postgres-server';
import pg from 'pg';
import type { Oracle, Violation } from './oracle.js';

interface Effect {
  readonly entry: number;
  readonly deployment: string;
  readonly action_key: string | null;
  readonly token: number | null;
  readonly kind: string;
  readonly resource_id: string;
}

/** O2 and O3: an effect happens once, and never by a holder after another had the deployment. */
export const effectsHappenOnce: Oracle = async ({ people, stack }) => {
  const ids = people.flatMap(({ deploymentId }) => deploymentId ?? []);
  const effects = await inCloud(stack.stack.databaseUrl, (cloud) =>
    cloud.query<Effect>(
      `select entry::float8 as entry, deployment, action_key, fencing_token::float8 as token, kind, resource_id
         from sandbox_cloud.ledger where deployment = any($1) order by entry`,
      [ids],
    ),
  );
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const tokens = new Map<string, number>();
  for (const { action_key, deployment, kind, resource_id, token } of effects.rows) {
    if (action_key === null || token === null) {
      violations.push({ oracle: 'O2', what: `${kind} of ${resource_id} has no action key or token` });
      continue;
    }
    // What has an id of its own is made anew each time: only the key says that it is the same.
    const name = kind === 'create' ? `${kind} ${action_key}` : `${kind} ${action_key} ${resource_id}`;
    if (seen.has(name)) violations.push({ oracle: 'O2', what: `${name} happened twice` });
    seen.add(name);
    const before = tokens.get(deployment) ?? 0;
    if (token < before) {
      violations.push({
        oracle: 'O3',
        what: `${name} happened under token ${token}, after ${before} had ${deployment}`,
      });
    }
    tokens.set(deployment, Math.max(before, token));
  }
  return violations;
};

/** I17: what is recorded as applied is there, and nothing else is. */
export const worldIsAsRecorded: Oracle = async ({ people, stack }) => {
  const violations: Violation[] = [];
  for (const { deploymentId, tenant } of people) {
    if (deploymentId === undefined) continue;
    const recorded = await stack.database.query<{ readonly items: string[] | null }>(
      `select array(select jsonb_path_query(body, '$.units[*].unitId') #>> '{}') as items
         from document where tenant_id = $1 and collection = 'resources' and id = $2`,
      [tenant, deploymentId],
    );
    const there = await inCloud(stack.stack.databaseUrl, (cloud) =>
      cloud.query<{ readonly unit: string }>(
        `select labels ->> 'unit' as unit from sandbox_cloud.resources where labels ->> 'deployment' = $1`,
        [deploymentId],
      ),
    );
    const expected = [...new Set(recorded.rows[0]?.items ?? [])].toSorted();
    const found = there.rows.map(({ unit }) => unit).toSorted();
    if (expected.join() !== found.join()) {
      violations.push({
        oracle: 'O2',
        what: `${deploymentId} has [${expected.join()}] by its record and [${found.join()}] in the world`,
      });
    }
  }
  return violations;
};

async function inCloud<Result>(url: string, ask: (cloud: pg.Client) => Promise<Result>): Promise<Result> {
  const cloud = new pg.Client({ connectionString: databaseUrl(url, 'sandbox_cloud') });
  await cloud.connect();
  try {
    return await ask(cloud);
  } finally {
    await cloud.end();
  }
}
