import {
  resolveReferences,
  resourcesByAddress,
  type AppliedResource,
  type Diagnostic,
  type Failure,
  type Plan,
} from '@caisson/contracts';
import type { UnitInput } from '@caisson/engine';
import { jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import { appliedUnit, appliedUnits, workOf, type ExecutionState } from '../domain/execution.state.js';
import { actionKeyOf, needsNoTask, taskIdOf, type Task, type TaskPhase } from '../domain/task.state.js';
import { runCheck, settlingMsOf, type DeclaredCheck } from './checks.js';
import { isNothing, observe, type Look } from './look-at-world.js';
import type { ExecutionPorts } from './ports.js';

/** Findings listed in one failure. */
const DIAGNOSTICS_MAX = 50;

/** What is verified, and with what. */
export interface Verification {
  readonly ports: ExecutionPorts;
  readonly tenantId: string;
  readonly state: ExecutionState;
  readonly phase: TaskPhase;
  readonly plan: Plan | undefined;
  readonly signal: AbortSignal;
}

interface Target {
  readonly unitId: string;
  readonly engine: string;
  readonly unit: UnitInput;
  /** By address. Empty: nothing must be there. */
  readonly expected: ReadonlyMap<string, JsonObject>;
  /** How long it may differ, by its own checks. */
  readonly settlesWithinMs: number;
}

/**
 * Compares the world with what the tasks of a phase left: every changed unit is read again, and after an apply its
 * checks are asked. Undefined when all is well. Waits for what cannot be read or has not settled, each within a bound.
 */
export async function verify(verification: Verification): Promise<Failure | undefined> {
  const checks = verification.phase === 'apply' ? checksOf(verification) : [];
  const jobs: readonly (() => Promise<Diagnostic | readonly Diagnostic[] | undefined>)[] = [
    ...targetsOf(verification).map((target) => () => verifyUnit(verification, target)),
    ...checks.map((check) => () => verifyCheck(verification, check)),
  ];
  const findings = await inParallel(jobs, verification.ports.limits.looksAtOnceMax);
  const diagnostics = findings.flatMap((finding) => finding ?? []);
  if (diagnostics.length === 0) return undefined;
  const resources = [...new Set(diagnostics.map(({ address }) => address))].slice(0, 5).join(', ');
  return {
    code: 'verification-failed',
    message: `The world is not as it was left: ${resources}. Look at the findings; then retry the run or roll it back.`,
    diagnostics: diagnostics.slice(0, DIAGNOSTICS_MAX),
  };
}

/** The deployment's outputs: each expression with its value, or null where nothing gave one. */
export function outputsOf(state: ExecutionState, plan: Plan | undefined): JsonObject {
  const expressions: Json = plan?.outputs ?? {};
  const standing = resourcesByAddress(appliedUnits(state));
  const entries = Object.entries(expressions).map(([name, expression]): [string, Json] => {
    const { value, unresolved } = resolveReferences(expression, (address) => standing.get(address));
    return [name, unresolved.length > 0 ? null : value];
  });
  return Object.fromEntries(entries);
}

function targetsOf({ state, phase, plan }: Verification): readonly Target[] {
  const checks = new Map(
    (plan?.units ?? []).map(({ resources, unitId }) => [unitId, resources.flatMap((resource) => resource.checks)]),
  );
  return [...workOf(state, phase).tasks]
    .filter((task) => task.state === 'succeeded' && !needsNoTask(task))
    .map((task): Target => {
      const { unitId, engine } = task;
      const standing = appliedUnit(state, unitId);
      const unit = standing ?? state.baseline.get(unitId) ?? unitByName(task);
      const expected = new Map(standing?.resources.map((resource) => [resource.address, resource.expected]));
      return { unitId, engine, unit, expected, settlesWithinMs: settlingMsOf(checks.get(unitId) ?? []) };
    });
}

/** Enough to look whether something that was made and removed is gone. */
function unitByName({ engine, resources, unitId }: Task): UnitInput {
  const named = resources.map(({ address, type }) => ({ address, type, properties: {}, dependsOn: [] }));
  return { unitId, provider: engine, resources: named };
}

async function verifyUnit(verification: Verification, target: Target): Promise<readonly Diagnostic[]> {
  const { clock, limits, engines } = verification.ports;
  const engine = engines.get(target.engine);
  if (engine === undefined) return [finding(target.unitId, `The engine "${target.engine}" is not configured here.`)];
  const look = lookAt(verification, target.unitId);
  const startedMs = clock.monotonicMs();
  for (;;) {
    const seen = await observe(look, { engine, unit: target.unit });
    const wrong = differencesOf(target, seen);
    if (wrong.length === 0) return [];
    const withinMs = Math.max(
      target.settlesWithinMs,
      seen.outcome === 'unreadable' ? limits.verifyWithinMs : limits.settleWithinMs,
    );
    const left = withinMs - (clock.monotonicMs() - startedMs);
    if (left <= 0 || verification.signal.aborted) return wrong;
    await clock.sleep(Math.min(left, limits.lookEveryMs), verification.signal);
  }
}

function differencesOf(target: Target, seen: Awaited<ReturnType<typeof observe>>): readonly Diagnostic[] {
  const { expected, unitId } = target;
  if (seen.outcome === 'unreadable') return [finding(unitId, `It cannot be read: ${seen.reason}.`)];
  const states = new Map(
    seen.outcome === 'absent' || (expected.size === 0 && isNothing(seen))
      ? []
      : seen.resources.map((resource) => [resource.address, resource.expected]),
  );
  return [...new Set([...expected.keys(), ...states.keys()])].flatMap((address) => {
    const [wanted, found] = [expected.get(address), states.get(address)];
    if (found === undefined) return [finding(address, 'It is not there.')];
    if (wanted === undefined) return [finding(address, 'It is still there.')];
    if (jsonEquals(wanted, found)) return [];
    const parts = Object.keys({ ...wanted, ...found }).filter((part) => !jsonEquals(wanted[part], found[part]));
    return [finding(address, `It differs from what was applied: ${parts.join(', ')}.`)];
  });
}

interface CheckOfUnit extends DeclaredCheck {
  readonly unitId: string;
}

function checksOf({ plan }: Verification): readonly CheckOfUnit[] {
  return (plan?.units ?? []).flatMap(({ resources, unitId }) =>
    resources
      .filter(({ action }) => action !== 'none' && action !== 'delete')
      .flatMap(({ address, checks }) => checks.map((check) => ({ unitId, address, check }))),
  );
}

function verifyCheck(verification: Verification, declared: CheckOfUnit): Promise<Diagnostic | undefined> {
  const { phase, ports, signal, state, tenantId } = verification;
  const { checks: world, clock, observer } = ports;
  const { deploymentId, runId } = state.run ?? { deploymentId: '', runId: '' };
  const taskId = taskIdOf(runId, { phase, unitId: declared.unitId });
  const standing = resourcesByAddress(appliedUnits(state));
  const lookup = (address: string): AppliedResource | undefined => standing.get(address);
  const log = (line: string): void => observer.toolSaid(taskId, line);
  return runCheck({ clock, world, signal, tenantId, deploymentId, lookup, log }, declared);
}

function finding(address: string, detail: string): Diagnostic {
  return { severity: 'error', summary: 'A resource is not as it was left.', detail, address };
}

function lookAt({ ports, signal, state, phase, tenantId }: Verification, unitId: string): Look {
  const { clock, limits, observer } = ports;
  const run = state.run ?? { deploymentId: '', runId: '' };
  const task = { phase, unitId };
  const log = (line: string): void => observer.toolSaid(taskIdOf(run.runId, task), line);
  const call = { tenantId, ...run, actionKey: actionKeyOf(run, state.cycle, task), fencingToken: 0, log };
  return { clock, runId: run.runId, call, signal, withinMs: limits.verifyWithinMs, everyMs: limits.lookEveryMs };
}

/** Runs jobs, at most so many at once, and gives their answers in order. */
async function inParallel<Answer>(
  jobs: readonly (() => Promise<Answer>)[],
  atOnceMax: number,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const queue = jobs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, job] of queue) answers[index] = await job();
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, jobs.length) }, worker));
  return answers;
}
