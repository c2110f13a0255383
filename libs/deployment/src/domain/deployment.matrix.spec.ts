import { allowedCommands, RUN_COMMANDS, RUN_STATES, RUN_TRANSITIONS, type RunCommand } from '@caisson/contracts';
import { specFor } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import type { DeploymentCommand } from './deployment.commands.js';
import { deploymentDecider } from './deployment.decide.js';
import * as asked from './deployment.fixtures.spec.js';

const { given } = specFor(deploymentDecider);

const COMMANDS: Readonly<Record<RunCommand, DeploymentCommand>> = {
  plan: asked.plan,
  approve: asked.approve,
  reject: asked.reject,
  execute: asked.execute,
  cancel: asked.cancel,
  rollback: asked.rollBack,
  retry: asked.retry,
};

/** Wishes that are true already: accepted, and nothing is recorded. */
const ALREADY_TRUE = [
  'executing execute',
  'cancelling cancel',
  'cancelled cancel',
  'rolling_back rollback',
  'rolled_back rollback',
];

/** Going back after a run that settled is a new run, so the row is not the old run's. */
const NEW_RUN = ['completed rollback', 'cancelled rollback'];

const cells = RUN_STATES.flatMap((state) =>
  RUN_COMMANDS.map((command) => ({ state, command, key: `${state} ${command}` })),
);

describe('the run obeys its table', () => {
  const plain = cells.filter(({ key }) => !ALREADY_TRUE.includes(key) && !NEW_RUN.includes(key));

  it.each(plain)('$command in $state', ({ state, command }) => {
    const before = given(...asked.historyTo[state]);
    const rows = RUN_TRANSITIONS.filter((row) => row.from === state && row.command === command);
    const outcome = before.when(COMMANDS[command]);
    if (rows.length === 0) {
      outcome.thenRejected({ code: 'run-state-conflict', runId: 'r1', state, allowed: allowedCommands(state) });
      return;
    }
    expect(outcome.decision.outcome).toBe('accepted');
    expect(rows.map(({ to }) => to)).toContain(outcome.state.deployment?.run?.state);
  });

  it.each(cells.filter(({ key }) => ALREADY_TRUE.includes(key)))(
    '$command in $state is true already',
    ({ state, command }) =>
      given(...asked.historyTo[state])
        .when(COMMANDS[command])
        .then(),
  );

  it('has 91 cells, each tested', () => {
    expect(plain.length + ALREADY_TRUE.length + NEW_RUN.length).toBe(RUN_STATES.length * RUN_COMMANDS.length);
  });
});

describe('facts of other services', () => {
  const facts: readonly DeploymentCommand[] = [
    asked.planned(),
    { type: 'RecordPlanRefusal', origin: asked.origin, runId: 'r1', round: 1, failure: asked.failure },
    asked.applied(),
    asked.verified(),
    asked.executionFailed(),
    asked.rollbackStarted(),
    asked.rolledBack(),
    { type: 'RecordRollbackFailure', origin: asked.origin, runId: 'r1', failure: asked.failure, applied: [] },
    { type: 'RecordCancelled', origin: asked.origin, runId: 'r1', applied: [], effects: asked.effects },
    {
      type: 'RecordCancelled',
      origin: asked.origin,
      runId: 'r1',
      applied: [],
      effects: asked.effects,
      failure: asked.failure,
    },
  ];
  const pairs = RUN_STATES.flatMap((state) => facts.map((fact) => ({ state, fact, type: fact.type })));

  it.each(pairs)('$type in $state is recorded along the table or changes nothing', ({ state, fact }) => {
    const outcome = given(...asked.historyTo[state]).when(fact);
    expect(outcome.decision.outcome).toBe('accepted'); // That the move is legal is an invariant of `evolve`.
    expect(outcome.state.deployment?.run?.runId).toBe('r1');
  });

  it.each(pairs)('$type of another run changes nothing in $state', ({ state, fact }) => {
    given(...asked.historyTo[state])
      .when({ ...fact, runId: 'r0' } as DeploymentCommand)
      .then();
  });

  it('covers every row without a command', () => {
    const reached = new Set<string>();
    for (const { state, fact } of pairs) {
      const decision = given(...asked.historyTo[state]).when(fact).decision;
      let current = given(...asked.historyTo[state]).state;
      for (const event of decision.outcome === 'accepted' ? decision.events : []) {
        const from = current.deployment?.run?.state ?? '';
        current = deploymentDecider.evolve(current, event);
        reached.add(`${from} → ${current.deployment?.run?.state ?? ''}`);
      }
    }
    const rows = RUN_TRANSITIONS.filter(({ command }) => command === undefined).map(
      ({ from, to }) => `${from} → ${to}`,
    );
    const byOwnMeans = ['planned → completed', 'planned → approved']; // Stated in `deployment.spec.ts`.
    expect(rows.filter((row) => !reached.has(row) && !byOwnMeans.includes(row))).toEqual([]);
  });
});
