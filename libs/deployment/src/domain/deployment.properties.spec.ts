import { RUN_STATES, RUN_TRANSITIONS, SETTLED_RUN_STATES } from '@caisson/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeploymentCommand } from './deployment.commands.js';
import { decide, deploymentDecider } from './deployment.decide.js';
import { PUBLIC_FACTS, type DeploymentEvent } from './deployment.events.js';
import { evolve } from './deployment.evolve.js';
import { create, desired, digest, effects, failure, origin, unit } from './deployment.fixtures.spec.js';
import type { DeploymentState, Run } from './deployment.state.js';

/** Mostly the newest run, so that runs get far; else one that may be new, older or newest. */
const NEWEST = 'newest';
const runId = fc.constantFrom(NEWEST, NEWEST, NEWEST, 'r1', 'r2', 'r3', 'r4');
const newRunId = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6');
const revision = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
const round = fc.constantFrom(0, 0, 0, 1, 2); // 0 = the run's own.
const units = fc.constantFrom([], [unit('web')], [unit('web'), unit('db')]);
const wanted = fc
  .record({
    autoPlan: fc.boolean(),
    autoApprove: fc.boolean(),
    autoExecute: fc.boolean(),
    onFailure: fc.constantFrom('rollback', 'pause'),
  })
  .map((flags) => desired(flags));

/** A command shape with generated members and the constant ones. */
function of<Members extends object>(type: string, members: { [Key in keyof Members]: fc.Arbitrary<Members[Key]> }) {
  return fc.record(members).map((drawn) => ({ type, origin, ...drawn }) as unknown as DeploymentCommand);
}

const reason = fc.constant('because');
/** What brings a run forward is drawn more often, so that sequences get far. */
const forward = fc.oneof(
  of('ChangeDesiredState', { runId: newRunId, desired: wanted, kind: fc.constant('update'), reason }),
  of('StartPlanning', {}),
  of('RecordPlan', {
    runId,
    round,
    planDigest: fc.constant(digest),
    changes: fc.boolean(),
    needsPerson: fc.boolean(),
    costPerMonth: fc.nat(),
  }),
  of('ApproveRun', { planDigest: fc.constant(digest) }),
  of('ExecuteRun', {}),
  of('RecordApplied', { runId }),
  of('RecordRolledBack', { runId, applied: units }),
  of('RecordVerified', { runId, applied: units, outputs: fc.constant({}) }),
);

const aside = fc.oneof(
  wanted.map(create),
  of('AdjustDesiredState', {
    runId: newRunId,
    adjustment: fc.constantFrom(
      { kind: 'configure', resources: { web: { properties: { flavor: 'm1.large' } } } },
      { kind: 'scale', resource: 'web', count: 2 },
    ),
    reason,
  }),
  of('RequestRun', {
    runId: newRunId,
    kind: fc.constantFrom('update', 'remediate', 'destroy'),
    reason,
    whenBusy: fc.constantFrom('refuse', 'defer'),
  }),
  of('RequestRun', {
    runId: newRunId,
    kind: fc.constant('remediate'),
    reason,
    whenBusy: fc.constant('refuse'),
    remediates: fc.record({ scanId: fc.constantFrom('s1', 's2'), askedBy: fc.constantFrom('person', 'policy') }),
  }),
  of('AdoptDrift', { runId: newRunId, scanId: fc.constantFrom('s1', 's2'), items: fc.constant([]), reason }),
  of('DeleteDeployment', { runId: newRunId, reason }),
  of('RequestDriftScan', {
    scanId: fc.constantFrom('s1', 's2'),
    autoRemediate: fc.boolean(),
    scanType: fc.constantFrom('scheduled', 'manual'),
    whenBusy: fc.constantFrom('refuse', 'defer'),
  }),
  of('RejectRun', { reason }),
  of('CancelRun', { reason }),
  of('RetryRun', {}),
  of('ResolveTask', {
    taskId: fc.constant('r1/web'),
    outcome: fc.constantFrom('done', 'not_done'),
    evidence: reason,
  }),
  of('RollbackRun', { newRunId, toRevision: revision, reason }),
  of('RecordPlanRefusal', { runId, round, failure: fc.constant(failure) }),
  of('RecordExecutionFailure', { runId, failure: fc.constant(failure), applied: units }),
  of('RecordRollbackStarted', { runId, failure: fc.constant(failure) }),
  of('RecordRollbackFailure', { runId, failure: fc.constant(failure), applied: units }),
  of('RecordCancelled', { runId, applied: units, effects: fc.constant(effects) }),
);

const command = fc.oneof({ arbitrary: forward, weight: 4 }, { arbitrary: aside, weight: 1 });

const sequences = fc
  .tuple(wanted, fc.array(command, { minLength: 20, maxLength: 100 }))
  .map(([first, tail]) => [create(first), ...tail]);

/** Puts the newest run and its round where the generator left them open. */
function aimed(asked: DeploymentCommand, { deployment }: DeploymentState): DeploymentCommand {
  const run = deployment?.run;
  return {
    ...asked,
    ...('runId' in asked && asked.runId === NEWEST ? { runId: run?.runId ?? 'r1' } : {}),
    ...('round' in asked && asked.round === 0 ? { round: run?.round ?? 1 } : {}),
  };
}

/** Plays commands; gives every state on the way and every fact. */
function play(commands: readonly DeploymentCommand[]) {
  const states: DeploymentState[] = [deploymentDecider.initialState];
  const events: DeploymentEvent[] = [];
  for (const asked of commands) {
    const state = states.at(-1)!;
    const decision = decide(state, aimed(asked, state));
    for (const event of decision.outcome === 'accepted' ? decision.events : []) {
      events.push(event);
      states.push(evolve(states.at(-1)!, event));
    }
  }
  return { states, events };
}

/** Each change of state of one run: before and after. */
function movesOf(states: readonly DeploymentState[]): readonly (readonly [Run, Run])[] {
  const runs = states.map(({ deployment }) => deployment?.run);
  return runs.flatMap((after, index) => {
    const before = runs[index - 1];
    const moved = after !== undefined && before?.runId === after.runId && before.state !== after.state;
    return moved ? [[before, after] as const] : [];
  });
}

it('never moves a run but along a row of the table', () => {
  const rows = new Set(RUN_TRANSITIONS.map(({ from, to }) => `${from} ${to}`));
  fc.assert(
    fc.property(sequences, (commands) => {
      const { states } = play(commands);
      for (const [before, after] of movesOf(states)) expect(rows).toContain(`${before.state} ${after.state}`);
    }),
    { numRuns: 300 },
  );
});

it('never has more than one active run, and never reuses an id', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { states, events } = play(commands);
      for (const { deployment } of states) {
        expect(deployment?.settled.every(({ state }) => SETTLED_RUN_STATES.includes(state)) ?? true).toBe(true);
      }
      const requested = events
        .filter(({ type }) => type === 'RunRequested')
        .map((event) => ('runId' in event ? event.runId : ''));
      expect(new Set(requested).size).toBe(requested.length);
    }),
    { numRuns: 300 },
  );
});

it('never lets progress fall', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { states } = play(commands);
      for (const [before, after] of movesOf(states)) expect(after.progress).toBeGreaterThanOrEqual(before.progress);
    }),
  );
});

it('has the same state after its history went through JSON', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { states, events } = play(commands);
      const again = (JSON.parse(JSON.stringify(events)) as DeploymentEvent[]).reduce(
        evolve,
        deploymentDecider.initialState,
      );
      expect(again).toEqual(states.at(-1));
      expect(JSON.parse(JSON.stringify(again))).toEqual(again);
    }),
  );
});

it('changes nothing once it is deleted', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { events } = play(commands);
      const deletedAt = events.findIndex(({ type }) => type === 'DeploymentDeleted');
      if (deletedAt >= 0) expect(events.length).toBe(deletedAt + 1);
    }),
  );
});

it('gets everywhere', () => {
  const states = new Set<string>();
  const facts = new Set<string>();
  for (const commands of fc.sample(sequences, { seed: 7, numRuns: 600 })) {
    const played = play(commands);
    played.events.forEach(({ type }) => facts.add(type));
    played.states.forEach(({ deployment }) => states.add(deployment?.run?.state ?? ''));
  }
  expect([...states].sort()).toEqual(['', ...RUN_STATES].sort());
  expect(Object.keys(PUBLIC_FACTS).filter((type) => !facts.has(type))).toEqual([]);
});
