import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CaissonClient } from '@caisson/client';
import { openEventStore } from '@caisson/event-store-postgres';
import { judge } from './oracles/index.js';
import type { Remains, Violation } from './oracles/oracle.js';
import { Caller } from './people/caller.js';
import { History, type Operation } from './history/history.js';
import { Person } from './people/person.js';
import type { PlannedBlow, Schedule } from './schedule.js';
import type { FaultStack } from './stack/fault-stack.js';

/** After the last fault, everything that was asked for has ended within this time. */
const ENDS_WITHIN_MS = 90_000;

/** How long a request is sent again: through any fault, and then some. */
const PATIENCE_MS = 120_000;

/** What became of a schedule. */
export interface ScheduleResult {
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
  readonly operations: readonly Operation[];
  /** What happened when, for people who look into a failure. */
  readonly story: readonly string[];
  /** Kinds of faults that this machine has no means for. */
  readonly skipped: readonly string[];
  /** How often services ended and were started again. */
  readonly restarts: number;
  readonly tookMs: number;
}

/** Lets people work while faults fall on the installation, makes it work again, and judges what is left. */
export async function runSchedule(
  stack: FaultStack,
  schedule: Schedule,
  look: (remains: Remains) => Promise<void> = () => Promise.resolve(),
): Promise<ScheduleResult> {
  const beganMs = performance.now();
  const history = new History();
  const story: string[] = [];
  const tell = (what: string): void => void story.push(`${(history.nowMs() / 1000).toFixed(3)} s: ${what}`);
  const endedBefore = stack.supervisor.ended.length;
  const tenants = await Promise.all(Array.from({ length: schedule.tenants }, () => foundTenant(stack)));
  const overdue = new AbortController();
  const people = schedule.people.map((plan, index) => {
    const { canary, principalId, tenant, token } = tenants[plan.tenant] ?? raise('a person of no tenant');
    const person = `person-${index}`;
    const options = { url: stack.stack.url, token, tenant, principalId, person, history, patienceMs: PATIENCE_MS };
    return new Person(new Caller(options), plan, canary);
  });
  const lives = people.map((person) => person.live(overdue.signal));
  const living = Promise.allSettled(lives);
  const { skipped } = await strike(stack, schedule.blows, tell);
  await stack.heal();
  tell('everything works again');
  const limit = setTimeout(() => overdue.abort(), ENDS_WITHIN_MS);
  const ends = await living;
  clearTimeout(limit);
  tell('everybody is done');
  const store = await openEventStore({ url: stack.stack.databaseUrl, applicationName: 'oracle' });
  const remains: Remains = {
    ...{ stack, store, history, people },
    canaries: new Map(tenants.map(({ canary, tenant }) => [tenant, canary])),
    secrets: [stack.stack.bootstrapToken, ...tenants.flatMap(({ password, token }) => [password, token])],
  };
  const broken = await judge(remains, tell);
  await look(remains);
  await store.close();
  const violations = [...ends.flatMap(whyNotEnded), ...broken];
  tell('judged');
  const restarts = stack.supervisor.ended.length - endedBefore;
  const tookMs = performance.now() - beganMs;
  return { schedule, violations, operations: history.operations, story, skipped, restarts, tookMs };
}

function whyNotEnded(end: PromiseSettledResult<void>): readonly Violation[] {
  return end.status === 'fulfilled' ? [] : [{ oracle: 'O1', what: String(end.reason) }];
}

/** Lets each blow fall at its time and ends it at its own. */
async function strike(
  stack: FaultStack,
  blows: readonly PlannedBlow[],
  tell: (what: string) => void,
): Promise<{ readonly skipped: readonly string[] }> {
  const skipped: string[] = [];
  await Promise.all(
    blows.map(async ({ atMs, blow, end, lastsMs, says, strike: begin }) => {
      if (blow.lacks?.() !== undefined) {
        skipped.push(blow.name);
        return;
      }
      await pause(atMs);
      tell(says);
      const failed = (error: unknown): void => tell(`${says}: ${String(error)}`); // Another fault was in its way.
      await begin(stack).catch(failed);
      await pause(lastsMs);
      if (end !== undefined) await end(stack).catch(failed);
    }),
  );
  return { skipped };
}

interface Tenant {
  readonly tenant: string;
  readonly principalId: string;
  readonly token: string;
  readonly password: string;
  readonly canary: string;
}

async function foundTenant({ stack }: FaultStack): Promise<Tenant> {
  const password = `Secret-${randomUUID()}`;
  const account = { username: 'admin', password, tenant: `t-${randomUUID().slice(0, 18)}` };
  const anonymous = new CaissonClient({ url: stack.url });
  await anonymous.register({ ...account, bootstrapToken: stack.bootstrapToken });
  const { access_token: token } = await anonymous.login(account);
  const { data } = await new CaissonClient({ url: stack.url, token }).api.GET('/api/v1/auth/me');
  const { principalId, tenantId: tenant } = data ?? raise('nobody is logged in');
  return { tenant, principalId, token, password, canary: `canary-${randomUUID()}` };
}

function raise(what: string): never {
  throw new Error(what);
}
