import {
  parseReference,
  resolveReferences,
  resourceAddressOf,
  type AppliedResource,
  type AppliedUnit,
  type ArtifactRef,
  type Diagnostic,
  type Failure,
  type Plan,
  type PlannedChange,
  type PlanUnit,
} from '@caisson/contracts';
import type { Engine, EngineRegistry, ResourceInput, ResourceState, UnitInput } from '@caisson/engine';
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
  /** Unit ids by resource address. */
  readonly unitOf: ReadonlyMap<string, string>;
}

/** Indexes a plan once, so that each of its tasks costs the same. An absent plan has no units. */
export function indexPlan(plan: Plan | undefined): PlanIndex {
  const changes = new Map<string, PlannedChange[]>();
  for (const change of plan?.changes ?? []) {
    const known = changes.get(change.unitId);
    if (known === undefined) changes.set(change.unitId, [change]);
    else known.push(change);
  }
  const units = plan?.units ?? [];
  const unitOf = new Map(
    units.flatMap(({ resources, unitId }) => resources.map(({ address }) => [address, unitId] as const)),
  );
  return { units: new Map(units.map((unit) => [unit.unitId, unit])), changes, unitOf };
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
  const { action, unitId } = task;
  const previous = appliedUnit(state, unitId);
  return {
    unitId,
    effect: action === 'delete' ? 'destroy' : 'apply',
    unit: { ...wanted.unit, unitId },
    previous,
    before: phase === 'apply' ? state.baseline.get(unitId) : previous,
    dependsOn: wanted.dependsOn,
    artifact: phase === 'apply' ? wanted.planned?.artifact : undefined, // In every attempt: it is what was approved.
    estimatedMs: wanted.planned?.estimatedMs ?? 0,
  };
}

/**
 * The unit with what there is of it in the world; undefined when nothing is. What a resource was asked to be is taken
 * from the work, or, for one that was to go and is still there, from what stood before.
 */
export function appliedBy(work: AttemptWork, runId: string, states: readonly ResourceState[]): AppliedUnit | undefined {
  const { unit, engine, dependsOn, previous } = work;
  const { credential, plugin, provider, region, unitId } = unit;
  const asked = new Map<string, ResourceInput>(
    [...(previous?.resources ?? []), ...unit.resources].map((resource) => [resource.address, resource]),
  );
  const resources = states.flatMap(({ address, expected, outputs }): AppliedResource[] => {
    const resource = asked.get(address);
    return resource === undefined ? [] : [{ ...definitionOf(resource), outputs, expected }];
  });
  if (resources.length === 0) return undefined;
  return {
    unitId,
    engine: engine.name,
    provider,
    ...(region === undefined ? {} : { region }),
    ...(credential === undefined ? {} : { credential }),
    ...(plugin === undefined ? {} : { plugin }),
    resources,
    dependsOn: [...dependsOn],
    runId,
  };
}

function definitionOf({ address, dependsOn, lifecycle, properties, tags, type }: ResourceInput) {
  return {
    ...{ address, type, properties, dependsOn: [...dependsOn] },
    ...(tags === undefined ? {} : { tags }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  };
}

interface Wanted {
  readonly unit: Omit<UnitInput, 'unitId'>;
  readonly dependsOn: readonly string[];
  readonly unresolved: readonly Diagnostic[];
  readonly planned?: PlanUnit;
}

function wantedByPlan(input: PreparationInput, task: Task): Wanted {
  const { state, plan } = input;
  const planned = plan.units.get(task.unitId);
  const standing = state.baseline.get(task.unitId);
  if (task.action === 'delete' && standing !== undefined) return { ...asBefore(standing), ...withPlanned(planned) };
  const unresolved: Diagnostic[] = [];
  const resources = (planned?.resources ?? [])
    .filter(({ action }) => task.action === 'delete' || action !== 'delete')
    .map((resource): ResourceInput => {
      const { value, missing } = resolveAcross(input, task.unitId, resource);
      unresolved.push(...missing);
      return { ...definitionOf(resource), properties: value };
    });
  const { credential, plugin, provider = task.engine, region } = planned ?? {};
  const unit = { provider, region, credential, plugin, resources };
  return { unit, dependsOn: planned?.dependsOn ?? [], unresolved, ...withPlanned(planned) };
}

/** References to other units take their values; those within the unit are left to the engine. */
function resolveAcross(
  { state, plan }: PreparationInput,
  unitId: string,
  { address, properties }: ResourceInput,
): { readonly value: JsonObject; readonly missing: readonly Diagnostic[] } {
  const lookup = (target: string): AppliedResource | undefined => {
    const owner = plan.unitOf.get(target);
    if (owner === undefined || owner === unitId) return undefined;
    return appliedUnit(state, owner)?.resources.find((resource) => resource.address === target);
  };
  const { value, unresolved } = resolveReferences(properties, lookup);
  const missing = unresolved
    .filter(({ expression }) => plan.unitOf.get(targetOf(expression)) !== unitId)
    .map(({ expression, reason }) => ({
      severity: 'error' as const,
      summary: 'A reference has no value.',
      detail: `\${${expression}} ${reason}.`,
      address,
    }));
  return { value: value as JsonObject, missing };
}

function targetOf(expression: string): string {
  const reference = parseReference(expression);
  return reference === undefined ? '' : resourceAddressOf(reference.resource, reference.index);
}

/** Back to what stood before the run, or away with what it made. */
function wantedByRollback(input: PreparationInput, task: Task): Wanted {
  const origin = input.state.origin.get(task.unitId);
  if (task.action !== 'delete' && origin !== undefined) return asBefore(origin);
  const standing = appliedUnit(input.state, task.unitId);
  if (standing !== undefined) return asBefore(standing);
  const asPlanned = wantedByPlan(input, { ...task, action: 'create' }); // To be removed: as far as known.
  return {
    ...asPlanned,
    unit: { ...asPlanned.unit, resources: orSummary(asPlanned.unit.resources, task) },
    unresolved: [],
  };
}

/** Without a plan only the names and types of the resources are known. */
function orSummary(resources: readonly ResourceInput[], task: Task): readonly ResourceInput[] {
  if (resources.length > 0) return resources;
  return task.resources.map(({ address, type }) => ({ address, type, properties: {}, dependsOn: [] }));
}

function asBefore(unit: AppliedUnit): Wanted {
  return { unit, dependsOn: unit.dependsOn, unresolved: [] };
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
