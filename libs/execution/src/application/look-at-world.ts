import type { AppliedUnit } from '@caisson/contracts';
import { EngineFailure, type EngineCall, type Observation, type ResourceState } from '@caisson/engine';
import { jsonEquals, messageOf, type Clock, type JsonObject } from '@caisson/kernel';
import { appliedBy, type AttemptWork } from './attempt-work.js';
import { supervise } from './supervise.js';

/** One look may not take longer. */
const LOOK_TIMEOUT_MS = 30_000;

/** How long an engine may take to stop looking. */
const LOOK_GRACE_MS = 5_000;

/** What the world says about an attempt whose outcome is not known. */
export type Finding =
  | { readonly outcome: 'done'; readonly applied?: AppliedUnit; readonly evidence: JsonObject }
  | {
      readonly outcome: 'not_done';
      /** What stands for the unit now, where it is not what stood before. */
      readonly applied?: AppliedUnit;
      /** Whether the attempt changed anything. */
      readonly touched: boolean;
      readonly evidence: JsonObject;
    }
  /** It could not be read in time, or the engine cannot tell. */
  | { readonly outcome: 'undecided'; readonly reason: string };

/** How the world is looked at. */
export interface Look {
  readonly clock: Clock;
  readonly runId: string;
  /** For reading: `fencingToken` 0, no log. Its signal is replaced per look. */
  readonly call: Omit<EngineCall, 'signal'>;
  readonly signal: AbortSignal;
  readonly withinMs: number;
  readonly everyMs: number;
}

/**
 * Learns whether an attempt had its effect: by reading the unit and, when it is there, by the engine's own dry run,
 * which finds nothing to do when the world is as desired. Asks again while the world cannot be read.
 */
export async function lookAtWorld(look: Look, work: AttemptWork): Promise<Finding> {
  const startedMs = look.clock.monotonicMs();
  for (;;) {
    const finding = await lookOnce(look, work);
    if (finding.outcome !== 'undecided' || finding.final === true) return finding;
    const left = look.withinMs - (look.clock.monotonicMs() - startedMs);
    if (left <= 0 || look.signal.aborted) return finding;
    await look.clock.sleep(Math.min(left, look.everyMs), look.signal);
  }
}

/** Tells whether a failed attempt left something, by one reading. An unreadable world counts as changed. */
export async function surveyAfterFailure(
  look: Look,
  work: AttemptWork,
): Promise<{ readonly touched: boolean; readonly applied?: AppliedUnit }> {
  const seen = await observe(look, work);
  return seen.outcome === 'unreadable' ? { touched: true } : compareWithBefore(look, work, seen);
}

/** Reads a unit once, within a bound. Whatever goes wrong is `unreadable`. */
export async function observe(look: Look, work: Pick<AttemptWork, 'engine' | 'unit'>): Promise<Observation> {
  const seen = await bounded(look, (signal) => work.engine.observe(work.unit, { ...look.call, signal }));
  if (seen.outcome === 'value') return seen.value;
  return { outcome: 'unreadable', reason: seen.outcome === 'error' ? messageOf(seen.error) : 'the look took too long' };
}

/** Whether a unit has nothing in the world: it is gone, or never leaves anything there, such as a wait. */
export function isNothing(seen: Observation): boolean {
  if (seen.outcome === 'observed') return seen.resources.every(({ expected }) => Object.keys(expected).length === 0);
  return seen.outcome === 'absent';
}

type OneFinding = Finding & { readonly final?: boolean };

async function lookOnce(look: Look, work: AttemptWork): Promise<OneFinding> {
  const seen = await observe(look, work);
  if (seen.outcome === 'unreadable') return { outcome: 'undecided', reason: seen.reason };
  const found = seen.outcome === 'observed' ? seen.resources : [];
  const things = found.flatMap(({ expected }) => Object.entries(expected));
  const evidence: JsonObject = { observed: seen.outcome, ...Object.fromEntries(things) };
  if (seen.outcome === 'absent') {
    if (work.effect === 'destroy') return { outcome: 'done', evidence };
    return { outcome: 'not_done', ...compareWithBefore(look, work, seen), evidence };
  }
  if (work.effect === 'destroy') return { outcome: 'not_done', ...compareWithBefore(look, work, seen), evidence };
  return compareWithDesired(look, work, { seen, evidence });
}

async function compareWithDesired(
  look: Look,
  work: AttemptWork,
  { seen, evidence }: { readonly seen: Observation & { readonly outcome: 'observed' }; readonly evidence: JsonObject },
): Promise<OneFinding> {
  const { unit, previous } = work;
  const standing = appliedBy(work, look.runId, seen.resources);
  const before = previous ?? standing;
  const request = { unit, ...(before === undefined ? {} : { previous: before }), unknowns: [], destroy: false };
  const planned = await bounded(look, (signal) => work.engine.plan(request, { ...look.call, signal }));
  if (planned.outcome === 'value') {
    if (planned.value.action === 'none') return { outcome: 'done', ...appliedAs(standing), evidence };
    return { outcome: 'not_done', ...compareWithBefore(look, work, seen), evidence };
  }
  if (planned.outcome === 'abandoned') return { outcome: 'undecided', reason: 'the dry run took too long' };
  const final = planned.error instanceof EngineFailure && planned.error.errorClass === 'permanent';
  return { outcome: 'undecided', reason: messageOf(planned.error), final };
}

function compareWithBefore(
  look: Look,
  work: AttemptWork,
  seen: Observation,
): { readonly touched: boolean; readonly applied?: AppliedUnit } {
  const { before } = work;
  if (seen.outcome !== 'observed') return { touched: before !== undefined };
  if (before === undefined && isNothing(seen)) return { touched: false };
  if (before !== undefined && isAsRecorded(before, seen.resources)) return { touched: false };
  return { touched: true, ...appliedAs(appliedBy(work, look.runId, seen.resources)) };
}

function appliedAs(applied: AppliedUnit | undefined): { readonly applied?: AppliedUnit } {
  return applied === undefined ? {} : { applied };
}

function isAsRecorded({ resources }: AppliedUnit, seen: readonly ResourceState[]): boolean {
  const recorded = new Map(resources.map(({ address, expected }) => [address, expected]));
  if (recorded.size !== seen.length) return false;
  return seen.every(({ address, expected }) => {
    const before = recorded.get(address);
    return before !== undefined && jsonEquals(before, expected);
  });
}

function bounded<Value>(look: Look, call: (signal: AbortSignal) => Promise<Value>) {
  const { clock, signal } = look;
  return supervise({ clock, timeoutMs: LOOK_TIMEOUT_MS, graceMs: LOOK_GRACE_MS, stop: signal }, call);
}
