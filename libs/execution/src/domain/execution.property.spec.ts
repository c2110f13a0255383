import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppliedUnit } from '@caisson/contracts';
import { executionDecider } from './execution.decide.js';
import type { ExecutionCommand } from './execution.commands.js';
import type { ExecutionEvent, FailurePolicy } from './execution.events.js';
import { activePhase, appliedUnits, isOpen, touchedUnits, workOf, type ExecutionState } from './execution.state.js';
import type { UnitSummary } from './task.state.js';
import type { UnitEdge } from './unit-graph.js';
import { findTask } from './work.js';

const run = { deploymentId: 'dep', runId: 'run' };
const at = '2026-03-02T10:15:00.000Z';
const STEPS_MAX = 2000;

interface Scenario {
  readonly units: readonly UnitSummary[];
  readonly edges: readonly UnitEdge[];
  readonly onFailure: FailurePolicy;
  /** Draws for everything that happens: which task, which outcome. */
  readonly draws: readonly number[];
  readonly cancelAfter: number | undefined;
}

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    actions: fc.array(fc.constantFrom('create', 'update', 'replace', 'delete', 'none'), {
      minLength: 1,
      maxLength: 12,
    }),
    pairs: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
    onFailure: fc.constantFrom('rollback', 'keep', 'pause'),
    draws: fc.array(fc.nat(999), { minLength: 60, maxLength: 60 }),
    cancelAfter: fc.option(fc.nat(20), { nil: undefined }),
  })
  .map(({ actions, pairs, ...rest }) => {
    const units = actions.map((action, index) => ({
      ...{ engine: 'sandbox', unitId: `u${index}`, action },
      resources: [{ address: `u${index}`, type: 'server', action }],
    }));
    const edges = pairs
      .filter(([from, to]) => from < to && to < units.length) // Upwards only: no circles.
      .map(([from, to]): UnitEdge => [`u${from}`, `u${to}`]);
    return { units, edges, ...rest };
  });

function before(unit: UnitSummary): AppliedUnit[] {
  return unit.action === 'create' ? [] : [standing(unit.unitId, 'before')];
}

function standing(unitId: string, by: string): AppliedUnit {
  const resource = {
    address: unitId,
    type: 'server',
    properties: { by },
    dependsOn: [],
    outputs: {},
    expected: { by },
  };
  return { unitId, engine: 'sandbox', provider: 'sandbox', resources: [resource], dependsOn: [], runId: by };
}

/** Plays a run: a world that answers by the draws, and a lease holder that does what the state allows. */
class Play {
  state: ExecutionState = executionDecider.initialState;
  readonly history: ExecutionEvent[] = [];
  readonly world: Map<string, AppliedUnit>;
  #draw = 0;

  constructor(readonly scenario: Scenario) {
    this.world = new Map(scenario.units.flatMap((unit) => before(unit)).map((unit) => [unit.unitId, unit]));
  }

  next(below: number): number {
    const { draws } = this.scenario;
    this.#draw += 1;
    return ((draws[this.#draw % draws.length] ?? 0) + this.#draw) % below;
  }

  send(command: ExecutionCommand): void {
    const decision = executionDecider.decide(this.state, command);
    if (decision.outcome === 'rejected') throw new Error(`${command.type}: ${JSON.stringify(decision.rejection)}`);
    this.history.push(...decision.events);
    this.state = decision.events.reduce((state, event) => executionDecider.evolve(state, event), this.state);
  }

  toTheEnd(): void {
    const { units, edges, onFailure, cancelAfter } = this.scenario;
    const applied = units.flatMap((unit) => before(unit));
    const rest = { planDigest: 'sha256:0', onFailure, units, edges, applied, at };
    this.send({ type: 'StartExecution', ...run, askedBy: 1, ...rest });
    for (let step = 0; isOpen(this.state); step += 1) {
      if (step > STEPS_MAX) throw new Error(`no end after ${STEPS_MAX} steps in phase ${this.state.phase}`);
      if (step === cancelAfter) this.send({ type: 'RequestCancel', ...run, askedBy: 2, reason: 'not needed' });
      if (this.state.phase === 'cancelling') this.send({ type: 'CancelExecution' });
      if (isOpen(this.state)) this.step();
    }
  }

  private step(): void {
    const phase = activePhase(this.state);
    const tasks = [...workOf(this.state, phase).tasks];
    const movable = tasks.filter(({ state }) => ['queued', 'retrying', 'running'].includes(state));
    const task = movable[this.next(Math.max(1, movable.length))];
    if (task === undefined) {
      this.finishPhase();
      return;
    }
    const ref = { phase, unitId: task.unitId };
    if (task.state === 'queued') this.send({ type: 'StartTasks', tasks: [ref], fencingToken: 1, at });
    else if (task.state === 'retrying') this.send({ type: 'QueueRetry', task: ref });
    else this.report({ ...ref, attempt: task.attempt, fencingToken: 1 }, task.action);
  }

  private finishPhase(): void {
    if (this.state.phase === 'rolling-back') this.send({ type: 'RecordRolledBack' });
    else if (this.next(4) > 0) this.send({ type: 'RecordVerified', outputs: {} });
    else this.send({ type: 'RecordVerificationFailed', failure: failureOf('verification-failed') });
  }

  private report(attempt: AttemptOf, action: UnitSummary['action']): void {
    const outcome = this.next(12);
    const report = { attempt, log: [], at };
    const retry = { delayMs: 1, dueAt: at };
    if (outcome < 6) {
      this.change(attempt.phase, attempt.unitId, action);
      const applied = this.world.get(attempt.unitId);
      const result = applied === undefined ? {} : { applied };
      this.send({ type: 'RecordTaskSucceeded', ...report, ...result, evidence: {} });
    } else if (outcome === 6) {
      this.send({ type: 'RecordTaskUnknown', attempt, reason: 'lost' });
    } else if (outcome === 10) {
      const wait = { reason: 'a callback', until: at, callback: true, touched: false };
      this.send({ type: 'RecordTaskWaiting', attempt, wait, at });
    } else if (outcome === 11) {
      this.callBack(attempt);
    } else if (outcome === 7) {
      this.send({ type: 'RecordTaskTimedOut', ...report, timeoutMs: 1, touched: false, retry });
    } else {
      const again = outcome === 8 ? { retry } : {};
      this.send({ type: 'RecordTaskFailed', ...report, failure: failureOf('broken'), touched: false, ...again });
    }
  }

  /** Refused where nothing waits, and then nothing follows. */
  private callBack({ attempt, phase, unitId }: AttemptOf): void {
    const wait = { cycle: this.state.cycle, attempt };
    const command = { type: 'RecordCallback', task: { phase, unitId }, wait, payload: 1, at } as const;
    const { waiting } = findTask(workOf(this.state, phase), unitId) ?? {};
    if (waiting !== undefined) this.send(command);
    else expect(executionDecider.decide(this.state, command)).toMatchObject({ outcome: 'rejected' });
  }

  /** A rollback puts the unit back; everything else makes it this run's. */
  private change(phase: 'apply' | 'rollback', unitId: string, action: UnitSummary['action']): void {
    if (action === 'delete') this.world.delete(unitId);
    else this.world.set(unitId, standing(unitId, phase === 'apply' ? 'run' : 'before'));
  }
}

type AttemptOf = { phase: 'apply' | 'rollback'; unitId: string; attempt: number; fencingToken: number };

function failureOf(code: string) {
  return { code, message: code, diagnostics: [] };
}

function played(scenario: Scenario): Play {
  const play = new Play(scenario);
  play.toTheEnd();
  return play;
}

const sorted = (units: Iterable<AppliedUnit>) => [...units].sort((a, b) => (a.unitId < b.unitId ? -1 : 1));

describe('any acyclic plan with any outcomes', () => {
  it('comes to an end, and lists what stands', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const play = played(given);
        expect(sorted(appliedUnits(play.state))).toEqual(sorted(play.world.values()));
      }),
      { numRuns: 300 },
    );
  });

  it('starts no task before what it depends on has succeeded, and undoes in reverse', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { history } = played(given);
        const done = { apply: new Set<string>(), rollback: new Set<string>() };
        const touched = new Set<string>();
        for (const event of history) {
          if (event.type === 'TaskSucceeded') {
            done[event.phase].add(event.unitId);
            if (event.phase === 'apply') touched.add(event.unitId);
          }
          if (event.type !== 'TaskStarted') continue;
          for (const [from, to] of given.edges) {
            if (event.phase === 'apply' && event.unitId === to) {
              expect(done.apply.has(from) || isUnchanged(given, from)).toBe(true);
            }
            if (event.phase === 'rollback' && event.unitId === from && touched.has(to)) {
              expect(done.rollback.has(to)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is undone exactly: what the run changed and nothing else', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const play = played(given);
        const changed = new Set<string>();
        const undone: string[] = [];
        for (const event of play.history) {
          if (event.type === 'TaskSucceeded') {
            if (event.phase === 'apply') changed.add(event.unitId);
            else undone.push(event.unitId);
          }
        }
        expect(new Set(undone).size).toBe(undone.length);
        expect(undone.every((unitId) => changed.has(unitId))).toBe(true);
        if (play.state.phase !== 'rolled-back') return;
        expect(undone.length).toBe(changed.size);
        expect(touchedUnits(play.state).size).toBe(0);
        expect(sorted(play.world.values())).toEqual(sorted(given.units.flatMap((unit) => before(unit))));
      }),
      { numRuns: 300 },
    );
  });

  it('waits only while a task runs, and hears of a callback once', () => {
    let heard = 0;
    fc.assert(
      fc.property(scenario, (given) => {
        let state = executionDecider.initialState;
        for (const event of played(given).history) {
          const before = state;
          state = executionDecider.evolve(state, event);
          for (const { state: taskState, waiting } of workOf(state, activePhase(state)).tasks) {
            if (waiting !== undefined) expect(taskState).toBe('running');
          }
          if (event.type !== 'CallbackReceived') continue;
          heard += 1;
          const { waiting } = findTask(workOf(before, event.phase), event.unitId) ?? {};
          expect(waiting).toBeDefined();
          expect(waiting).not.toHaveProperty('received');
        }
      }),
      { numRuns: 1_000 },
    );
    expect(heard).toBeGreaterThan(0);
  });

  it('never shows less progress than before', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        let state = executionDecider.initialState;
        for (const event of played(given).history) {
          const next = executionDecider.evolve(state, event);
          expect(next.progress).toBeGreaterThanOrEqual(state.progress);
          expect(next.progress).toBeLessThanOrEqual(100);
          state = next;
        }
      }),
      { numRuns: 100 },
    );
  });
});

function isUnchanged(given: Scenario, unitId: string): boolean {
  return given.units.find((unit) => unit.unitId === unitId)?.action === 'none';
}
