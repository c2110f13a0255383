import { SeededRandom } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { checkHistory, type AnomalyKind, type CheckedHistory, type LogEntry } from './check-history.js';
import type { Operation } from './history.js';

const HISTORIES = 200;

/** A command that was accepted, from a time to a time. */
function command(commandId: string, [invokedMs, endedMs]: readonly [number, number], given: Partial<Operation> = {}) {
  return operation({ what: 'configure', commandId, records: true, invokedMs, endedMs, ...given });
}

function read(version: number, [invokedMs, endedMs]: readonly [number, number], state = `state ${version}`) {
  return operation({ what: 'read', version, state, invokedMs, endedMs });
}

function operation(given: Partial<Operation>): Operation {
  return {
    tenant: 't',
    person: 'person-0',
    what: 'read',
    deploymentId: 'd',
    key: undefined,
    commandId: undefined,
    records: false,
    invokedMs: 0,
    endedMs: 0,
    outcome: 'ok',
    status: 200,
    tries: [],
    version: undefined,
    state: undefined,
    runId: undefined,
    ...given,
  };
}

const fact = (version: number, commandId: string, deploymentId = 'd'): LogEntry => ({
  deploymentId,
  version,
  commandId,
});

/** Many clients of one log, each seeing it as it was at some moment of its call: what a sound system gives. */
function soundHistory(random: SeededRandom): CheckedHistory {
  const log: LogEntry[] = [];
  const operations: Operation[] = [];
  for (let atMs = 10; operations.length < 60; atMs += random.between(0, 5)) {
    const span = [atMs - random.between(0, 9), atMs + random.between(0, 9)] as const;
    if (random.chance(0.5)) {
      operations.push(read(log.length, span));
      continue;
    }
    const commandId = `c${operations.length}`;
    const outcome = random.pick(['ok', 'ok', 'fail', 'unknown'] as const);
    const isRecorded = outcome === 'ok' || (outcome === 'unknown' && random.chance(0.5));
    for (let facts = isRecorded ? random.between(1, 3) : 0; facts > 0; facts -= 1) {
      log.push(fact(log.length + 1, commandId));
    }
    const version = outcome === 'ok' ? log.length : undefined;
    operations.push(command(commandId, span, { outcome, version }));
  }
  return { log, operations };
}

describe('the checker of histories', () => {
  it('finds nothing where every client saw one log', () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      expect(checkHistory(soundHistory(new SeededRandom(seed))), `seed ${seed}`).toEqual([]);
    }
  });

  it('lets what is unknown have happened or not', () => {
    const unknown = command('a', [0, 1], { outcome: 'unknown' });
    expect(checkHistory({ operations: [unknown], log: [] })).toEqual([]);
    expect(checkHistory({ operations: [unknown], log: [fact(1, 'a')] })).toEqual([]);
  });

  it.each<[string, AnomalyKind, CheckedHistory]>([
    ['a success that is not recorded', 'lost', { operations: [command('a', [0, 1])], log: [] }],
    [
      'a command that is recorded again later',
      'doubled',
      { operations: [], log: [fact(1, 'a'), fact(2, 'b'), fact(3, 'a')] },
    ],
    ['a command in two deployments', 'doubled', { operations: [], log: [fact(1, 'a'), fact(1, 'a', 'e')] }],
    [
      'a refusal that is recorded',
      'undead',
      { operations: [command('a', [0, 1], { outcome: 'fail' })], log: [fact(1, 'a')] },
    ],
    [
      'a command before one that had ended',
      'reordered',
      { operations: [command('a', [0, 1]), command('b', [2, 3])], log: [fact(1, 'b'), fact(2, 'a')] },
    ],
    [
      'a command before what somebody had read',
      'reordered',
      { operations: [read(2, [0, 1]), command('b', [2, 3])], log: [fact(1, 'b'), fact(2, 'c')] },
    ],
    [
      'a read that does not see what was answered',
      'stale',
      { operations: [command('a', [0, 1]), read(1, [2, 3])], log: [fact(1, 'z'), fact(2, 'a')] },
    ],
    ['a read that goes back', 'stale', { operations: [read(5, [0, 1]), read(4, [2, 3])], log: [] }],
    ['two states at one version', 'forked', { operations: [read(5, [0, 1], 'x'), read(5, [0, 1], 'y')], log: [] }],
    ['two facts at one version', 'forked', { operations: [], log: [fact(1, 'a'), fact(1, 'b')] }],
  ])('finds %s', (_, kind, history) => {
    expect(checkHistory(history).map((anomaly) => anomaly.kind)).toEqual([kind]);
  });

  it.each<AnomalyKind>(['lost', 'undead', 'stale', 'doubled'])('finds one %s among many that are sound', (kind) => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const planted = plant(kind, soundHistory(new SeededRandom(seed)));
      expect(
        checkHistory(planted).map((anomaly) => anomaly.kind),
        `seed ${seed}`,
      ).toContain(kind);
    }
  });
});

/** Puts one anomaly at the end of a sound history. */
function plant(kind: AnomalyKind, { log, operations }: CheckedHistory): CheckedHistory {
  const [endMs, version] = [10_000, log.length];
  const span = [endMs, endMs + 1] as const;
  const after = [endMs + 2, endMs + 3] as const;
  const first = log[0]?.commandId ?? '';
  const planted: Partial<Record<AnomalyKind, CheckedHistory>> = {
    lost: { log, operations: [...operations, command('planted', span)] },
    undead: {
      log: [...log, fact(version + 1, 'no')],
      operations: [...operations, command('no', span, { outcome: 'fail' })],
    },
    stale: { log, operations: [...operations, read(version, span), read(version - 1, after)] },
    doubled: { log: [...log, fact(version + 1, 'x'), fact(version + 2, first)], operations },
  };
  return planted[kind] ?? { log, operations };
}
