import { accept, layersOf, reject } from '@caisson/kernel';
import { Draft } from './draft.js';
import type { ExecutionCommand, ExecutionDecision } from './execution.commands.js';
import { activePhase, appliedUnits, isOpen, workOf, type ExecutionState } from './execution.state.js';
import { queueTasks, runOf, settle } from './settle.js';
import { actionKeyOf, canMove, type TaskPhase, type TaskRef } from './task.state.js';
import { findTask, readyTasks } from './work.js';

type Start = Extract<ExecutionCommand, { type: 'StartExecution' }>;
type Refuse = Extract<ExecutionCommand, { type: 'RefuseExecution' }>;

/** Judges the start of a cycle. The same start twice is one. */
export function decideStart(state: ExecutionState, command: Start | Refuse): ExecutionDecision {
  if (command.askedBy <= state.askedBy) return accept();
  if (isOpen(state)) return reject({ code: 'execution-phase-conflict', phase: state.phase });
  return command.type === 'StartExecution' ? start(state, command) : refuseStart(state, command);
}

function start(state: ExecutionState, command: Start): ExecutionDecision {
  const stuck = unitsInCircle(command);
  if (stuck.length > 0) return reject({ code: 'plan-not-executable', units: stuck });
  const draft = new Draft(state);
  draft.record({ ...command, type: 'ExecutionStarted' });
  if (draft.state.phase !== 'cancelling') queueTasks(draft, 'apply', readyTasks(draft.state.apply));
  settle(draft); // Nothing to do, or cancelled before it began.
  return draft.accepted();
}

function refuseStart(state: ExecutionState, command: Refuse): ExecutionDecision {
  const { deploymentId, runId, askedBy, failure } = command;
  const applied = state.cycle === 0 ? command.applied : appliedUnits(state);
  return accept({ type: 'ExecutionFailed', deploymentId, runId, askedBy, failure, applied });
}

function unitsInCircle({ units, edges }: Start): readonly string[] {
  const indexOf = new Map(units.map(({ unitId }, index) => [unitId, index]));
  const known = edges.filter(([from, to]) => indexOf.has(from) && indexOf.has(to));
  const layering = layersOf({
    nodeCount: units.length,
    from: Int32Array.from(known, ([from]) => indexOf.get(from) ?? 0),
    to: Int32Array.from(known, ([, to]) => indexOf.get(to) ?? 0),
  });
  return layering.outcome === 'cyclic' ? layering.cycle.map((index) => units[index]?.unitId ?? '') : [];
}

/** Records the intents of all tasks that have a place, in one decision. Tasks that may no longer start are left out. */
export function startTasks(
  state: ExecutionState,
  command: Extract<ExecutionCommand, { type: 'StartTasks' }>,
): ExecutionDecision {
  const phase = activePhase(state);
  const working = state.phase === 'applying' || state.phase === 'rolling-back';
  if (!working) return reject({ code: 'execution-phase-conflict', phase: state.phase });
  const { tasks, fencingToken, at } = command;
  const startable = tasks.filter((task) => mayStart(state, phase, task));
  if (startable.length === 0) return accept();
  const run = runOf(state);
  const draft = new Draft(state);
  const unitIds = startable.map(({ unitId }) => unitId);
  draft.record({ type: 'TasksAcquired', ...run, phase, unitIds, fencingToken });
  for (const { unitId } of startable) {
    const attempt = (findTask(workOf(state, phase), unitId)?.attempt ?? 0) + 1;
    const actionKey = actionKeyOf(run, state.cycle, { phase, unitId });
    draft.record({ type: 'TaskStarted', ...run, phase, unitId, attempt, fencingToken, actionKey, at });
  }
  return draft.accepted();
}

function mayStart(state: ExecutionState, phase: TaskPhase, task: TaskRef): boolean {
  const found = findTask(workOf(state, phase), task.unitId);
  return (
    task.phase === phase &&
    state.failure === undefined &&
    found?.state === 'queued' &&
    canMove(found.state, 'acquired', 'running')
  );
}
