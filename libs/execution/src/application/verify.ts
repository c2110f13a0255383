import { resolveReferences, type AppliedUnit, type Diagnostic, type Failure, type Plan } from '@caisson/contracts';
import type { UnitInput } from '@caisson/engine';
import { jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import { appliedUnit, workOf, type ExecutionState } from '../domain/execution.state.js';
import { actionKeyOf, needsNoTask, taskIdOf, type TaskPhase } from '../domain/task.state.js';
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
  /** Undefined: nothing must be there. */
  readonly expected: JsonObject | undefined;
  /** How long it may differ, by its own checks. */
  readonly settlesWithinMs: number;
}

/**
 * Compares the world with what the tasks of a phase left: every changed unit is read again, and after an apply its
 * checks are asked. Undefined when all is well. Waits for what cannot be read or has not settled, each within a bound.
 */
export async function verify(verification: Verification): Promise<Failure | undefined> {
  const checks = verification.phase === 'apply' ? checksOf(verification) : [];
  const jobs = [
    ...targetsOf(verification).map((target) => () => verifyUnit(verification, target)),
    ...checks.map((check) => () => verifyCheck(verification, check)),
  ];
  const findings = await inParallel(jobs, verification.ports.limits.looksAtOnceMax);
  const diagnostics = findings.filter((finding) => finding !== undefined);
  if (diagnostics.length === 0) return undefined;
  const units = [...new Set(diagnostics.map(({ address }) => address))].slice(0, 5).join(', ');
  return {
    code: 'verification-failed',
    message: `The world is not as it was left: ${units}. Look at the findings; then retry the run or roll it back.`,
    diagnostics: diagnostics.slice(0, DIAGNOSTICS_MAX),
  };
}

/** The deployment's outputs: each expression with its value, or null where nothing gave one. */
export function outputsOf(state: ExecutionState, plan: Plan | undefined): JsonObject {
  const expressions: Json = plan?.outputs ?? {};
  const lookup = (unitId: string): AppliedUnit | undefined => appliedUnit(state, unitId);
  const entries = Object.entries(expressions).map(([name, expression]): [string, Json] => {
    const { value, unresolved } = resolveReferences(expression, lookup);
    return [name, unresolved.length > 0 ? null : value];
  });
  return Object.fromEntries(entries);
}

function targetsOf({ state, phase, plan }: Verification): readonly Target[] {
  const checks = new Map((plan?.units ?? []).map((unit) => [unit.unitId, unit.checks]));
  return [...workOf(state, phase).tasks]
    .filter((task) => task.state === 'succeeded' && !needsNoTask(task))
    .map((task): Target => {
      const { unitId, engine, type } = task;
      const standing = appliedUnit(state, unitId);
      const known = standing ?? state.baseline.get(unitId);
      const unit = { unitId, type: known?.type ?? type, properties: known?.properties ?? {} };
      const settlesWithinMs = settlingMsOf(checks.get(unitId) ?? []);
      return { unitId, engine, unit, expected: standing?.expected, settlesWithinMs };
    });
}

async function verifyUnit(verification: Verification, target: Target): Promise<Diagnostic | undefined> {
  const { clock, limits, engines } = verification.ports;
  const engine = engines.get(target.engine);
  if (engine === undefined) return finding(target.unitId, `The engine "${target.engine}" is not configured here.`);
  const look = lookAt(verification, target.unitId);
  const startedMs = clock.monotonicMs();
  for (;;) {
    const seen = await observe(look, { engine, unit: target.unit });
    const wrong = differenceOf(target, seen);
    if (wrong === undefined) return undefined;
    const withinMs = Math.max(
      target.settlesWithinMs,
      seen.outcome === 'unreadable' ? limits.verifyWithinMs : limits.settleWithinMs,
    );
    const left = withinMs - (clock.monotonicMs() - startedMs);
    if (left <= 0 || verification.signal.aborted) return wrong;
    await clock.sleep(Math.min(left, limits.lookEveryMs), verification.signal);
  }
}

function differenceOf(target: Target, seen: Awaited<ReturnType<typeof observe>>): Diagnostic | undefined {
  const { expected, unitId } = target;
  if (seen.outcome === 'unreadable') return finding(unitId, `It cannot be read: ${seen.reason}.`);
  if (seen.outcome === 'absent') return expected === undefined ? undefined : finding(unitId, 'It is not there.');
  if (expected === undefined) return isNothing(seen) ? undefined : finding(unitId, 'It is still there.');
  if (jsonEquals(expected, seen.resources)) return undefined;
  const addresses = Object.keys({ ...expected, ...seen.resources }).filter(
    (address) => !jsonEquals(expected[address], seen.resources[address]),
  );
  return finding(unitId, `It differs from what was applied: ${addresses.join(', ')}.`);
}

function checksOf({ plan }: Verification): readonly DeclaredCheck[] {
  return (plan?.units ?? [])
    .filter((unit) => !needsNoTask(unit) && unit.action !== 'delete')
    .flatMap(({ unitId, checks }) => checks.map((check) => ({ address: unitId, check })));
}

function verifyCheck(verification: Verification, declared: DeclaredCheck): Promise<Diagnostic | undefined> {
  const { phase, ports, signal, state, tenantId } = verification;
  const { checks: world, clock, observer } = ports;
  const { deploymentId, runId } = state.run ?? { deploymentId: '', runId: '' };
  const taskId = taskIdOf(runId, { phase, unitId: declared.address });
  const lookup = (unitId: string): AppliedUnit | undefined => appliedUnit(state, unitId);
  const log = (line: string): void => observer.toolSaid(taskId, line);
  return runCheck({ clock, world, signal, tenantId, deploymentId, lookup, log }, declared);
}

function finding(unitId: string, detail: string): Diagnostic {
  return { severity: 'error', summary: 'A unit is not as it was left.', detail, address: unitId };
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
