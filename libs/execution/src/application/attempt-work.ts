import {
  resolveReferences,
  type AppliedUnit,
  type ArtifactRef,
  type Diagnostic,
  type Failure,
  type Plan,
  type PlannedChange,
  type PlanUnit,
} from '@caisson/contracts';
import type { Engine, EngineRegistry, UnitInput } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import { appliedUnit, type ExecutionState } from '../domain/execution.state.js';
import { taskIdOf, type Task, type TaskPhase } from '../domain/task.state.js';

/** What an attempt is to do, with everything resolved. */
export interface AttemptWork {
  readonly phase: TaskPhase;
  readonly taskId: string;
  readonly unitId: string;
  readonly engine: Engine;
  /** `destroy` removes the unit; `apply` makes it as `unit` says. */
  readonly effect: 'apply' | 'destroy';
  readonly unit: UnitInput;
  /** What stands for it before the attempt. */
  readonly previous: AppliedUnit | undefined;
  /** What stood for it before the phase: to tell whether an attempt changed anything. */
  readonly before: AppliedUnit | undefined;
  readonly dependsOn: readonly string[];
  readonly artifact: ArtifactRef | undefined;
  /** What the approved plan says that this will change. */
  readonly approved: readonly PlannedChange[];
  readonly estimatedMs: number;
}

/** The work of a task, or why it cannot be begun. */
export type PreparedWork =
  | { readonly outcome: 'ready'; readonly work: AttemptWork }
  | { readonly outcome: 'impossible'; readonly failure: Failure };

/** A plan, ready to be asked by unit. */
export interface PlanIndex {
  readonly units: ReadonlyMap<string, PlanUnit>;
  readonly changes: ReadonlyMap<string, readonly PlannedChange[]>;
}

/** Indexes a plan once, so that each of its tasks costs the same. An absent plan has no units. */
export function indexPlan(plan: Plan | undefined): PlanIndex {
  const changes = new Map<string, PlannedChange[]>();
  for (const change of plan?.changes ?? []) {
    const known = changes.get(change.unitId);
    if (known === undefined) changes.set(change.unitId, [change]);
    else known.push(change);
  }
  return { units: new Map((plan?.units ?? []).map((unit) => [unit.unitId, unit])), changes };
}

/** What preparing reads. */
export interface PreparationInput {
  readonly state: ExecutionState;
  readonly plan: PlanIndex;
  readonly engines: EngineRegistry;
}

/** Resolves what a task is to do from the plan and from what stands now. The same state gives the same work. */
export function prepareWork(input: PreparationInput, phase: TaskPhase, task: Task): PreparedWork {
  const { state, engines } = input;
  const taskId = taskIdOf(state.run?.runId ?? '', { phase, unitId: task.unitId });
  const engine = engines.get(task.engine);
  if (engine === undefined) return impossible(taskId, engineMissing(task));
  const wanted = phase === 'apply' ? wantedByPlan(input, task) : wantedByRollback(input, task);
  if (wanted.unresolved.length > 0) return impossible(taskId, referencesMissing(task, wanted.unresolved));
  const approved = phase === 'apply' ? (input.plan.changes.get(task.unitId) ?? []) : [];
  return { outcome: 'ready', work: { phase, taskId, engine, approved, ...workOn(state, { phase, task, wanted }) } };
}

function workOn(
  state: ExecutionState,
  { phase, task, wanted }: { readonly phase: TaskPhase; readonly task: Task; readonly wanted: Wanted },
): Omit<AttemptWork, 'phase' | 'taskId' | 'engine' | 'approved'> {
  const { action, type, unitId } = task;
  const previous = appliedUnit(state, unitId);
  return {
    unitId,
    effect: action === 'delete' ? 'destroy' : 'apply',
    unit: { unitId, type: wanted.type ?? type, properties: wanted.properties },
    previous,
    before: phase === 'apply' ? state.baseline.get(unitId) : previous,
    dependsOn: wanted.dependsOn,
    artifact: phase === 'apply' ? wanted.planned?.artifact : undefined, // In every attempt: it is what was approved.
    estimatedMs: wanted.planned?.estimatedMs ?? 0,
  };
}

/** The unit as it stands after a successful apply. */
export function appliedBy(
  work: AttemptWork,
  runId: string,
  result: { readonly outputs: JsonObject; readonly expected: JsonObject },
): AppliedUnit {
  const { unitId, unit, engine, dependsOn } = work;
  const { type, properties } = unit;
  const { outputs, expected } = result;
  return { unitId, engine: engine.name, type, properties, dependsOn: [...dependsOn], outputs, expected, runId };
}

interface Wanted {
  readonly type?: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly unresolved: readonly Diagnostic[];
  readonly planned?: PlanUnit;
}

function wantedByPlan({ state, plan }: PreparationInput, task: Task): Wanted {
  const planned = plan.units.get(task.unitId);
  const standing = state.baseline.get(task.unitId);
  if (task.action === 'delete' && standing !== undefined) return { ...asBefore(standing), ...withPlanned(planned) };
  const { value, unresolved } = resolveReferences(planned?.properties ?? {}, (unitId) => appliedUnit(state, unitId));
  return {
    properties: value as JsonObject,
    dependsOn: planned?.dependsOn ?? [],
    unresolved: unresolved.map(({ expression, reason }) => ({
      severity: 'error' as const,
      summary: 'A reference has no value.',
      detail: `\${${expression}} ${reason}.`,
      address: task.unitId,
    })),
    ...withPlanned(planned),
  };
}

/** Back to what stood before the run, or away with what it made. */
function wantedByRollback(input: PreparationInput, task: Task): Wanted {
  const origin = input.state.origin.get(task.unitId);
  if (task.action !== 'delete' && origin !== undefined) return asBefore(origin);
  const standing = appliedUnit(input.state, task.unitId);
  if (standing !== undefined) return asBefore(standing);
  return { ...wantedByPlan(input, { ...task, action: 'create' }), unresolved: [] }; // To be removed: as far as known.
}

function asBefore({ type, properties, dependsOn }: AppliedUnit): Wanted {
  return { type, properties, dependsOn, unresolved: [] };
}

function withPlanned(planned: PlanUnit | undefined): { readonly planned?: PlanUnit } {
  return planned === undefined ? {} : { planned };
}

function impossible(taskId: string, failure: Omit<Failure, 'taskId'>): PreparedWork {
  return { outcome: 'impossible', failure: { ...failure, taskId } };
}

function engineMissing({ engine, unitId }: Task): Omit<Failure, 'taskId'> {
  const message = `"${unitId}" needs the engine "${engine}", which is not configured here. Add it and retry.`;
  return { code: 'engine-unknown', message, diagnostics: [] };
}

function referencesMissing({ unitId }: Task, diagnostics: readonly Diagnostic[]): Omit<Failure, 'taskId'> {
  const message = `"${unitId}" refers to values that nothing gave. Correct the references and update the deployment.`;
  return { code: 'reference-unresolved', message, diagnostics: [...diagnostics] };
}
