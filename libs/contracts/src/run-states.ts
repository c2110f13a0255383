/** The 13 states of a run. */
export const RUN_STATES = [
  'pending',
  'planning',
  'planned',
  'awaiting_approval',
  'approved',
  'executing',
  'verifying',
  'cancelling',
  'failed',
  'rolling_back',
  'rolled_back',
  'completed',
  'cancelled',
] as const;

/** A state of a run: one of `RUN_STATES`. */
export type RunState = (typeof RUN_STATES)[number];

/** The kinds of change a run can make. */
export const RUN_KINDS = ['create', 'update', 'scale', 'configure', 'rollback', 'remediate', 'destroy'] as const;

/** A kind of run: one of `RUN_KINDS`. */
export type RunKind = (typeof RUN_KINDS)[number];

/** What people and other services can ask of a run. */
export const RUN_COMMANDS = ['plan', 'approve', 'reject', 'execute', 'cancel', 'rollback', 'retry'] as const;

/** A command to a run: one of `RUN_COMMANDS`. */
export type RunCommand = (typeof RUN_COMMANDS)[number];

/** One row of the machine: from, to, and the command that asks for it (none: another service's fact). */
export interface RunTransition {
  readonly from: RunState;
  readonly to: RunState;
  readonly command?: RunCommand;
  readonly when: string;
}

/**
 * The one table of the run. `GET /api/v1/run-states` serves it, `decide` follows it, tests and docs are made from it.
 */
export const RUN_TRANSITIONS: readonly RunTransition[] = [
  { from: 'pending', to: 'planning', command: 'plan', when: 'planning was asked for' },
  { from: 'pending', to: 'cancelled', command: 'cancel', when: 'cancelled before planning' },
  { from: 'planning', to: 'planned', when: 'the planner computed a plan' },
  { from: 'planning', to: 'failed', when: 'the planner refused the request' },
  { from: 'planning', to: 'cancelled', command: 'cancel', when: 'cancelled while planning' },
  { from: 'planned', to: 'awaiting_approval', when: 'a person must approve' },
  { from: 'planned', to: 'approved', when: 'policy allows approval without a person' },
  { from: 'planned', to: 'completed', when: 'nothing changes' },
  { from: 'planned', to: 'cancelled', command: 'cancel', when: 'cancelled' },
  { from: 'awaiting_approval', to: 'approved', command: 'approve', when: 'the plan digest was approved' },
  { from: 'awaiting_approval', to: 'cancelled', command: 'cancel', when: 'cancelled' },
  { from: 'awaiting_approval', to: 'cancelled', command: 'reject', when: 'the plan was rejected' },
  { from: 'awaiting_approval', to: 'planning', command: 'plan', when: 'inputs changed: plan again' },
  { from: 'approved', to: 'executing', command: 'execute', when: 'execution was asked for' },
  { from: 'approved', to: 'planning', command: 'plan', when: 'the digest no longer matches' },
  { from: 'approved', to: 'cancelled', command: 'cancel', when: 'cancelled before execution' },
  { from: 'executing', to: 'verifying', when: 'every unit was applied' },
  { from: 'executing', to: 'failed', when: 'a unit failed and nothing is undone' },
  { from: 'executing', to: 'rolling_back', when: 'a unit failed and what was done is undone' },
  { from: 'executing', to: 'cancelling', command: 'cancel', when: 'cancelled while tools run' },
  { from: 'verifying', to: 'completed', when: 'the world is as desired' },
  { from: 'verifying', to: 'failed', when: 'the world is not as desired and nothing is undone' },
  { from: 'verifying', to: 'rolling_back', when: 'the world is not as desired and what was done is undone' },
  { from: 'verifying', to: 'cancelling', command: 'cancel', when: 'cancelled while verifying' },
  { from: 'cancelling', to: 'cancelled', when: 'every tool has stopped' },
  { from: 'cancelling', to: 'rolling_back', when: 'what was done is undone' },
  { from: 'cancelling', to: 'failed', when: 'a tool could not be stopped cleanly' },
  { from: 'failed', to: 'rolling_back', command: 'rollback', when: 'what the run did is undone' },
  { from: 'failed', to: 'pending', command: 'retry', when: 'the run goes on after the tasks that succeeded' },
  { from: 'rolling_back', to: 'rolled_back', when: 'what the run did is undone' },
  { from: 'rolling_back', to: 'failed', when: 'the rollback itself failed' },
  { from: 'rolled_back', to: 'pending', command: 'retry', when: 'the run is tried again' },
];

/** States that no transition leaves. */
export const FINAL_RUN_STATES: readonly RunState[] = RUN_STATES.filter(
  (state) => !RUN_TRANSITIONS.some((transition) => transition.from === state),
);

/** States in which a run no longer holds its deployment: another run may be requested. */
export const SETTLED_RUN_STATES: readonly RunState[] = ['completed', 'cancelled', 'failed', 'rolled_back'];

/** Whether the machine has a row from one state to the other. */
export function canTransition(from: RunState, to: RunState): boolean {
  return RUN_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** The commands that are legal in a state, in the order of the table, without repeats. */
export function allowedCommands(state: RunState): readonly RunCommand[] {
  const commands = RUN_TRANSITIONS.filter((transition) => transition.from === state).map(({ command }) => command);
  return [...new Set(commands.filter((command) => command !== undefined))];
}
