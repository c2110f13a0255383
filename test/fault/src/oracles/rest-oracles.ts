import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventTypesOf, type FactsByContext } from '@caisson/contracts';
import { DEPLOYMENT_REACTS_TO } from '@caisson/deployment';
import { EXECUTION_REACTS_TO } from '@caisson/execution';
import { PLANNING_REACTS_TO } from '@caisson/planning';
import { markedProcessesOf } from '@caisson/testing';
import type { Oracle, Remains, Violation } from './oracle.js';

/** O7: within this time after the last fault everything is at rest. */
const REST_MS_MAX = 60_000;

const LOOK_EVERY_MS = 250;

/** What each service has to hear. */
const CONSUMERS: Readonly<Record<string, FactsByContext>> = {
  api: DEPLOYMENT_REACTS_TO,
  planner: PLANNING_REACTS_TO,
  executor: EXECUTION_REACTS_TO,
};

/** O4 and O7: nothing is unsent, unheard, held, parked, given up or still running. */
export const everythingRests: Oracle = async (remains) => {
  const deadline = performance.now() + REST_MS_MAX;
  for (;;) {
    const open = await unrest(remains).catch((error: unknown) => [`the database: ${String(error)}`]);
    if (open.length === 0) return [];
    if (performance.now() > deadline) return open.map((what) => ({ oracle: 'O7' as const, what }));
    await pause(LOOK_EVERY_MS);
  }
};

const COUNTS: Readonly<Record<string, string>> = {
  'events without a number': 'select count(*) from outbox where $1::text[] is not null',
  'events not sent': 'select count(*) from outgoing where $1::text[] is not null',
  'open jobs': `select count(*) from job where tenant_id = any($1) and state = 'open'`,
  'jobs given up': `select count(*) from job where tenant_id = any($1) and state = 'failed'`,
  'leases held': 'select count(*) from lease where tenant_id = any($1) and expires_at > clock_timestamp()',
  'runners registered': 'select count(*) from runner where tenant_id = any($1)',
  'streams parked': 'select count(*) from consumer_position where tenant_id = any($1) and parked_from is not null',
};

async function unrest({ canaries, stack }: Remains): Promise<readonly string[]> {
  const tenants = [...canaries.keys()];
  const open: string[] = [];
  for (const [what, sql] of Object.entries(COUNTS)) {
    const found = await stack.database.query<{ readonly count: string }>(sql, [tenants]);
    const count = found.rows[0]?.count ?? '0';
    if (count !== '0') open.push(`${count} ${what}`);
  }
  for (const [consumer, facts] of Object.entries(CONSUMERS)) {
    const unheard = await stack.database.query<{ readonly stream_id: string }>(
      `select event.stream_id from event left join consumer_position as heard
          on heard.consumer = $2 and heard.tenant_id = event.tenant_id and heard.stream_id = event.stream_id
        where event.tenant_id = any($1) and event.public_type = any($3)
          and event.version > coalesce(heard.last_version, 0)
        limit 3`,
      [tenants, consumer, eventTypesOf(facts)],
    );
    for (const { stream_id } of unheard.rows) open.push(`${consumer} has not heard all of ${stream_id}`);
  }
  for (const name of ['executor', 'executor-2']) {
    const below = await markedProcessesOf('', stack.service(name).pid ?? 0);
    for (const process of below) open.push(`${name} still runs ${process.slice(0, 120)}`);
  }
  return open;
}

/** O8: no answer is a 5xx but a 503 that says when to come again. */
export const refusalsAreHonest: Oracle = ({ history }) =>
  Promise.resolve(
    history.operations.flatMap(({ tries, what }) =>
      tries
        .filter((said) => /^5\d\d/.test(said) && !said.startsWith('503 again'))
        .map((said): Violation => ({ oracle: 'O8', what: `${what} was answered ${said}` })),
    ),
  );

/** O9: nothing of a tenant is where another tenant's things are. */
export const tenantsAreApart: Oracle = async ({ canaries, stack }) => {
  const violations: Violation[] = [];
  for (const [tenant, canary] of canaries) {
    for (const table of ['event', 'document', 'job']) {
      const found = await stack.database.query<{ readonly tenant_id: string }>(
        `select tenant_id from ${table} as row where tenant_id <> $1 and row::text like '%' || $2 || '%' limit 1`,
        [tenant, canary],
      );
      if (found.rowCount !== 0) {
        violations.push({
          oracle: 'O9',
          what: `${table} of ${found.rows[0]?.tenant_id ?? ''} holds what is ${tenant}'s`,
        });
      }
    }
  }
  return violations;
};

/** O10: no secret is in an event or in a log, as it is or in Base64. */
export const secretsStayIn: Oracle = async ({ secrets, stack }) => {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]);
  const violations: Violation[] = [];
  for (const file of await readdir(stack.logs)) {
    const text = await readFile(join(stack.logs, file), 'utf8');
    if (forms.some((form) => text.includes(form))) violations.push({ oracle: 'O10', what: `${file} holds a secret` });
  }
  const found = await stack.database.query<{ readonly stream_id: string }>(
    `select stream_id from event
      where exists (select 1 from unnest($1::text[]) as form where strpos(data::text, form) > 0)
      limit 3`,
    [forms],
  );
  for (const { stream_id } of found.rows) violations.push({ oracle: 'O10', what: `${stream_id} holds a secret` });
  return violations;
};
