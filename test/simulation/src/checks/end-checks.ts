import { createHash } from 'node:crypto';
import { eventTypesOf, SETTLED_RUN_STATES, type FactsByContext } from '@caisson/contracts';
import { DEPLOYMENT_REACTS_TO, deploymentAggregate } from '@caisson/deployment';
import { eventIdOf } from '@caisson/event-sourcing';
import { EXECUTION_REACTS_TO } from '@caisson/execution';
import { PLANNING_REACTS_TO } from '@caisson/planning';
import type { Caller } from '../callers/caller.js';
import { PAUSE, type Story } from '../callers/story.js';
import type { SimTransport } from '../services/sim-transport.js';
import { parsed, streamKey, type EventRow, type SimDatabase, type StreamRow } from '../store/sim-database.js';
import type { SimWorld } from '../world/sim-world.js';
import type { Report } from './report.js';
import type { Witness } from './witness.js';

/** What is judged when a simulation has ended. */
export interface Remains {
  readonly database: SimDatabase;
  readonly world: SimWorld;
  readonly transport: SimTransport | undefined;
  readonly stories: readonly Story[];
  readonly caller: Caller;
  readonly witness: Witness;
  readonly report: Report;
  /** Whether the simulation came to an end by itself. */
  readonly isOver: boolean;
}

const CONSUMERS: Readonly<Record<string, FactsByContext>> = {
  api: DEPLOYMENT_REACTS_TO,
  planner: PLANNING_REACTS_TO,
  executor: EXECUTION_REACTS_TO,
};

/** Says which promises the whole of a run breaks. */
export function checkRemains(remains: Remains): void {
  for (const check of [
    everythingEnds,
    noCommandIsLost,
    commandsAreDoneOnce,
    effectsHappenOnce,
    historyIsWhole,
    everyConsumerHearsEverything,
    topicsAreInOrder,
    documentsFollowFromEvents,
    approvalsAreKept,
    tenantsAreApart,
    theWorldIsAsRecorded,
    timersAreKept,
  ])
    check(remains);
}

/** I1: what was begun comes to an end. */
function everythingEnds({ database, isOver, report, stories }: Remains): void {
  if (!isOver) report.broken('I1', `it does not end: ${openThings(database, stories).join('; ')}`);
  for (const job of database.jobs.values()) {
    if (job.state === 'failed') report.broken('I1', `job ${job.queue} ${job.key} was given up: ${job.reason}`);
  }
  for (const { parkedFrom, parkedReason, streamId } of database.positions.values()) {
    if (parkedFrom !== undefined)
      report.broken('I10', `${streamId} is parked from ${parkedFrom}: ${parkedReason ?? ''}`);
  }
}

function openThings(database: SimDatabase, stories: readonly Story[]): readonly string[] {
  const open = stories
    .filter((story) => !story.isOver)
    .map((story) => `a story after ${story.seen.slice(-3).join(', ')}`);
  const jobs = [...database.jobs.values()].filter(({ state }) => state === 'open');
  return [
    ...open,
    `${database.outbox.size + database.outgoing.size} events unsent`,
    ...jobs.map(({ attempt, key, queue, reason }) => `job ${queue} ${key} (${attempt} tries: ${reason})`),
  ];
}

/** I1: what was answered with yes is in the store. */
function noCommandIsLost({ caller, database, report }: Remains): void {
  for (const { context, deploymentId, events, outcome } of caller.answered) {
    if (outcome !== 'accepted' || events === 0) continue;
    const stream = { tenantId: context.tenantId, streamId: `deployment-${deploymentId}` };
    if (database.eventIds.has(eventIdOf(stream, context.commandId, 0))) continue;
    report.broken('I1', `command ${context.commandId} was accepted and is not in ${stream.streamId}`);
  }
}

/** I2: a command that was sent again is one command. */
function commandsAreDoneOnce({ caller, database, report }: Remains): void {
  for (const { context, deploymentId } of caller.answered) {
    const rows = eventsOf(database, { tenantId: context.tenantId, deploymentId });
    const asked = rows.filter((row) => row.context.causationId === context.causationId);
    const commands = new Set(asked.map((row) => row.context.commandId));
    const versions = asked.map(({ version }) => version);
    const isApart = versions.some((version, index) => index > 0 && version !== (versions[index - 1] ?? 0) + 1);
    if (commands.size > 1 || isApart) report.broken('I2', `command ${context.commandId} was done twice`);
  }
}

/** I3: what has one action key happens once. */
function effectsHappenOnce({ report, world }: Remains): void {
  const seen = new Map<string, number>();
  for (const { actionKey, fencingToken } of world.effects) {
    const earlier = seen.get(actionKey);
    if (earlier !== undefined)
      report.broken('I3', `${actionKey} took effect under tokens ${earlier} and ${fencingToken}`);
    seen.set(actionKey, fencingToken);
  }
}

/** I6: versions without holes, each hash over the one before. */
function historyIsWhole({ database, report }: Remains): void {
  for (const [key, { events, version }] of database.streams) {
    let hash = '';
    for (const [index, row] of events.entries()) {
      const text = `${hash}\n${row.version}\n${row.type}\n${row.dataText}\n${row.publicText}`;
      hash = createHash('sha256').update(text).digest('hex');
      if (row.version !== index + 1 || row.hash !== hash) {
        report.broken('I6', `${key} is broken at ${row.version}`);
        break;
      }
    }
    if (version !== events.length) report.broken('I6', `${key} is at ${version} and has ${events.length} events`);
  }
}

/** I7: every event reaches every consumer. */
function everyConsumerHearsEverything({ database, isOver, report, witness }: Remains): void {
  if (!isOver) return;
  for (const [consumer, facts] of Object.entries(CONSUMERS)) {
    const types = eventTypesOf(facts);
    for (const [key, { events }] of database.streams) {
      const last = events.findLast(({ publicType = '' }) => types.includes(publicType))?.version ?? 0;
      const heard = witness.applied.get(`${consumer}|${key}`) ?? 0;
      if (heard < last) report.broken('I7', `${consumer} heard of ${key} up to ${heard} of ${last}`);
    }
  }
}

/** I7: whoever reads the topics sees each stream in order, repeats aside. */
function topicsAreInOrder({ report, transport }: Remains): void {
  for (const [partition, entries] of transport?.history ?? []) {
    const last = new Map<string, number>();
    const seen = new Set(transport?.lost); // A broker that loses events promises no order.
    for (const { envelope } of entries) {
      const { id, sequence, subject, tenantId } = envelope;
      const key = `${tenantId}|${subject}`;
      const before = last.get(key) ?? 0;
      if (sequence < before && !seen.has(id)) {
        report.broken('I7', `${partition} has ${subject} ${sequence} after ${before}`);
      }
      seen.add(id);
      last.set(key, Math.max(before, sequence));
    }
  }
}

/** I9: a fresh fold of all events gives the same documents. */
function documentsFollowFromEvents({ database, report }: Remains): void {
  for (const [key, row] of database.streams) {
    const [tenantId = '', streamId = ''] = key.split('|');
    if (!streamId.startsWith('deployment-') || row.events.length === 0) continue;
    for (const [name, text] of rebuilt(row, { tenantId, streamId })) {
      if (database.documents.get(name)?.text !== text) report.broken('I9', `${name} is not what its events say`);
    }
  }
}

function rebuilt(row: StreamRow, stream: { tenantId: string; streamId: string }): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let state = deploymentAggregate.decider.initialState;
  for (const batch of batchesOf(row.events)) {
    const events = batch.map((event) => deploymentAggregate.decode({ ...event, data: parsed(event.dataText) }));
    for (const event of events) state = deploymentAggregate.decider.evolve(state, event);
    const last = batch.at(-1);
    if (last === undefined) continue;
    const { correlationId, occurredAt } = last.context;
    const seen = { ...stream, version: last.version, occurredAt, correlationId };
    for (const { body, collection, id } of deploymentAggregate.documents?.(state, events, seen) ?? []) {
      texts.set(`${stream.tenantId}|${collection}|${id}`, JSON.stringify(body));
    }
  }
  return texts;
}

function batchesOf(events: readonly EventRow[]): readonly (readonly EventRow[])[] {
  const batches: EventRow[][] = [];
  for (const event of events) {
    const batch = batches.at(-1);
    if (batch?.[0]?.context.commandId === event.context.commandId) batch.push(event);
    else batches.push([event]);
  }
  return batches;
}

/** I14: what runs is what its approver saw. */
function approvalsAreKept({ database, report, stories }: Remains): void {
  for (const story of stories) {
    for (const what of unapproved(story, eventsOf(database, story))) report.broken('I14', what);
  }
}

function unapproved({ approvals }: Story, events: readonly EventRow[]): readonly string[] {
  const given = new Map(approvals.map(({ commandId, planDigest }) => [commandId, planDigest]));
  let approved: string | undefined;
  return events.flatMap(({ context, dataText, type, version }) => {
    const { planDigest } = parsed(dataText) as { readonly planDigest?: string };
    if (type === 'RunStarted' && planDigest !== approved) return [`${version} starts a plan that was not approved`];
    if (type !== 'RunApproved') return [];
    approved = planDigest;
    const seen = given.get(context.commandId);
    return seen === undefined || seen === planDigest
      ? []
      : [`${version} approves a plan that its approver did not see`];
  });
}

function eventsOf(
  database: SimDatabase,
  { deploymentId, tenantId }: { readonly tenantId: string; readonly deploymentId: string },
): readonly EventRow[] {
  return database.streams.get(streamKey({ tenantId, streamId: `deployment-${deploymentId}` }))?.events ?? [];
}

/** I12: what a tenant's tools do is the tenant's. */
function tenantsAreApart({ report, stories, world }: Remains): void {
  const owners = new Map(stories.map(({ deploymentId, tenantId }) => [deploymentId, tenantId]));
  for (const { actionKey, deploymentId, tenantId } of world.effects) {
    if (owners.get(deploymentId) !== tenantId) report.broken('I12', `${actionKey} was done for another tenant`);
  }
}

/** I3, I17: what is recorded as applied is there, and nothing else is. */
function theWorldIsAsRecorded({ database, isOver, report, stories, world }: Remains): void {
  if (!isOver) return;
  for (const { deploymentId, tenantId } of stories) {
    const [deployment, resources] = ['deployment', 'resources'].map((collection) =>
      database.documents.get(`${tenantId}|${collection}|${deploymentId}`),
    );
    if (deployment === undefined) continue;
    const { status } = parsed(deployment.text) as { readonly status: string };
    if (status !== 'deleted' && status !== 'completed' && status !== 'rolled_back') {
      if (!SETTLED_RUN_STATES.some((state) => state === status)) report.broken('I1', `${deploymentId} ends ${status}`);
      continue;
    }
    const recorded = resources === undefined ? [] : addressesIn(resources.text);
    const standing = [...world.standing(deploymentId).keys()].sort();
    if (recorded.join() === standing.join()) continue;
    report.broken('I17', `${deploymentId} is ${status}: recorded ${recorded.join()}, there ${standing.join()}`);
  }
}

function addressesIn(text: string): readonly string[] {
  const { units } = parsed(text) as unknown as {
    readonly units: readonly { readonly resources: readonly { readonly address: string }[] }[];
  };
  const addresses = units.flatMap(({ resources }) => resources.map(({ address }) => address));
  return addresses.filter((address) => address !== PAUSE.name).sort();
}

/** Clocks of processes may be behind the database's by as much as an answer of it may take to count. */
const CLOCK_MS_OFF_MAX = 1_000;

/** I11: what waits for a time is not over before it, by the clock of the database. That it ends is I1. */
function timersAreKept({ database, report }: Remains): void {
  const msMin = PAUSE.seconds * 1000 - CLOCK_MS_OFF_MAX;
  for (const [key, { events }] of database.streams) {
    if (!key.includes('|execution-')) continue;
    for (const { tookMs, version } of endedWaits(events)) {
      if (tookMs < msMin)
        report.broken('I11', `${key} ${version} ends a wait of ${PAUSE.seconds} s after ${tookMs} ms`);
    }
  }
}

/** How long tasks took that waited and succeeded, from the first start on that was followed by no end. */
function endedWaits(events: readonly EventRow[]): readonly { readonly version: number; readonly tookMs: number }[] {
  const begun = new Map<string, { readonly sinceMs: number; readonly hasWaited: boolean }>();
  return events.flatMap(({ dataText, recordedAtMs, type, version }) => {
    const task = taskOf(dataText);
    const wait = begun.get(task) ?? { sinceMs: recordedAtMs, hasWaited: false };
    if (type === 'TaskStarted' || type === 'TaskWaiting') {
      begun.set(task, { ...wait, hasWaited: wait.hasWaited || type === 'TaskWaiting' });
      return [];
    }
    if (TASK_ENDS.has(type)) begun.delete(task);
    return type === 'TaskSucceeded' && wait.hasWaited ? [{ version, tookMs: recordedAtMs - wait.sinceMs }] : [];
  });
}

/** After which a task that is started again waits anew. */
const TASK_ENDS = new Set(['TaskSucceeded', 'TaskFailed', 'TaskCancelled', 'TaskResolved']);

function taskOf(dataText: string): string {
  const { phase = '', unitId = '' } = parsed(dataText) as { readonly phase?: string; readonly unitId?: string };
  return `${phase} ${unitId}`;
}
