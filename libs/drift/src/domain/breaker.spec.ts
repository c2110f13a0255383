import { BREAKER_DEPLOYMENTS_MAX, BreakerRules } from '@caisson/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakerDecider, type BreakerCommand } from './breaker.decide.js';
import type { BreakerEvent, Look } from './breaker.events.js';
import type { BreakerState } from './breaker.state.js';
import { driftedProviders, looksOf } from './provider-looks.js';

const rules = BreakerRules.parse({});
const minute = (n: number): string => new Date(Date.UTC(2026, 2, 2, 10) + n * 60_000).toISOString();
let scans = 0;

function seen(verdict: Look['verdict'], deploymentId: string, atMinute = 0): BreakerCommand {
  scans += 1;
  const look = { scanId: `scan-${scans}`, deploymentId, verdict, at: minute(atMinute) };
  return { type: 'RecordLook', provider: 'aws', look, rules };
}

function play(...commands: readonly BreakerCommand[]): { state: BreakerState; events: readonly BreakerEvent[] } {
  let state = breakerDecider.initialState;
  const events = commands.flatMap((command) => {
    const decision = breakerDecider.decide(state, command);
    const made = decision.outcome === 'accepted' ? decision.events : [];
    state = made.reduce(breakerDecider.evolve, state);
    return made;
  });
  return { state, events };
}

const atOf = (command: BreakerCommand): string => (command.type === 'RecordLook' ? command.look.at : command.at);
const wrong = (count: number, atMinute = 0) =>
  Array.from({ length: count }, (_, n) => seen(n % 2 === 0 ? 'unreadable' : 'mass-drift', `d${n}`, atMinute));
const well = (count: number, atMinute = 0) =>
  Array.from({ length: count }, (_, n) => seen('healthy', `w${n}`, atMinute));
const close = { type: 'CloseBreaker', closedBy: 'mia', reason: 'looked', at: minute(9) } as const;

describe('a breaker', () => {
  it('opens when several deployments of a provider look wrong, however they do', () => {
    expect(play(...wrong(2)).state.status).toBe('closed');
    const opened = play(...wrong(3));
    expect(opened.state).toMatchObject({ status: 'open', provider: 'aws', since: minute(0) });
    expect(opened.events.map(({ type }) => type)).toEqual([
      'LookRecorded',
      'LookRecorded',
      'LookRecorded',
      'BreakerOpened',
    ]);
  });

  it.each([
    ['one deployment that is looked at again and again', wrong(1).concat(wrong(1), wrong(1), wrong(1))],
    ['looks that are long ago', [...wrong(2), seen('unreadable', 'late', 61)]],
    [
      'few among many that are well',
      [...wrong(1), ...well(5), ...wrong(2).slice(1), ...well(5), seen('unreadable', 'x')],
    ],
    [
      'the same scan told twice',
      [wrong(1)[0]!, ...wrong(2).slice(1)].flatMap((command) => [command, command, command]),
    ],
  ])('stays closed for %s', (_what, commands) => {
    expect(play(...commands).state.status).toBe('closed');
  });

  it('counts deployments, not how often each is looked at', () => {
    const often = (verdict: Look['verdict'], id: string, until: number) =>
      Array.from({ length: until / 5 }, (_, n) => seen(verdict, id, n * 5));
    const inOrder = (...looks: readonly BreakerCommand[]) =>
      looks.toSorted((one, other) => (atOf(one) < atOf(other) ? -1 : 1));
    const broken = [seen('unreadable', 'B', 51), seen('unreadable', 'C', 52)];
    const wells = Array.from({ length: 13 }, (_, n) => seen('healthy', `w${n}`, 1 + n * 3));
    expect(play(...inOrder(...often('unreadable', 'A', 60), ...wells, ...broken)).state.status).toBe('closed');
    const one = often('healthy', 'H', 60);
    const three = ['a', 'b', 'c'].map((id, n) => seen('unreadable', id, 1 + n * 27));
    const opened = play(...inOrder(...one, ...three)).state;
    expect(opened).toMatchObject({ status: 'open', reason: expect.stringContaining('3 of 4 deployments') as string });
  });

  it('takes the newest word of a deployment', () => {
    expect(play(...wrong(2), seen('healthy', 'd0', 1), seen('unreadable', 'd2', 2)).state.status).toBe('closed');
  });

  it('can open and close by the most that a policy may ask for', () => {
    const most = { ...rules, wrongDeployments: BREAKER_DEPLOYMENTS_MAX, healthyDeployments: BREAKER_DEPLOYMENTS_MAX };
    const by = (commands: readonly BreakerCommand[]) =>
      commands.map((command) => ({ ...command, rules: most }) as never);
    const trouble = [...wrong(1), ...well(BREAKER_DEPLOYMENTS_MAX), ...wrong(BREAKER_DEPLOYMENTS_MAX).slice(1)];
    expect(play(...by(trouble)).state.status).toBe('open');
    expect(play(...by([...trouble, ...well(BREAKER_DEPLOYMENTS_MAX - 1)])).state.status).toBe('open');
    expect(play(...by([...trouble, ...well(BREAKER_DEPLOYMENTS_MAX)])).state.status).toBe('closed');
    const refused = BreakerRules.safeParse({ wrongDeployments: BREAKER_DEPLOYMENTS_MAX + 1 });
    expect(refused.success).toBe(false);
  });

  it('costs a provider that is well no event', () => {
    expect(play(...well(20)).events).toEqual([]);
  });

  it('closes when enough deployments in a row look well, and only then', () => {
    expect(play(...wrong(3), ...well(2)).state.status).toBe('open');
    expect(play(...wrong(3), ...well(2), ...wrong(1), ...well(2)).state.status).toBe('open');
    const again = [seen('healthy', 'a'), seen('healthy', 'b'), seen('unreadable', 'c'), seen('healthy', 'c')];
    expect(play(...wrong(3), ...again).state.status).toBe('open');
    expect(play(...wrong(3), seen('healthy', 'a'), seen('healthy', 'a'), seen('healthy', 'a')).state.status).toBe(
      'open',
    );
    expect(play(...wrong(3), ...well(3)).state).toMatchObject({ status: 'closed', looks: [] });
  });

  it('notes an outage once, however long it takes', () => {
    expect(play(...wrong(200)).events).toHaveLength(4);
    const oneIsWell = Array.from({ length: 200 }, (_, n) => seen('healthy', 'only', n));
    expect(play(...wrong(3), ...oneIsWell).events).toHaveLength(5);
  });

  it('closes on the word of a person, and begins to count anew', () => {
    const closed = play(...wrong(3), close);
    expect(closed.state).toMatchObject({ status: 'closed', closedBy: 'mia', reason: 'looked' });
    expect(play(...wrong(3), close, ...wrong(2)).state.status).toBe('closed');
    expect(play(...wrong(3), close, ...wrong(3)).state.status).toBe('open');
    expect(breakerDecider.decide(closed.state, close)).toEqual({
      outcome: 'rejected',
      rejection: { code: 'drift-breaker-not-open' },
    });
  });

  it('whatever is seen, opens only after enough different deployments looked wrong, and remembers little', () => {
    const verdicts = fc.constantFrom<Look['verdict']>('healthy', 'unreadable', 'mass-drift');
    fc.assert(
      fc.property(fc.array(fc.tuple(verdicts, fc.integer({ min: 0, max: 9 })), { maxLength: 120 }), (looks) => {
        const { events, state } = play(...looks.map(([verdict, n]) => seen(verdict, `d${n}`)));
        expect(state.looks.length).toBeLessThanOrEqual(10);
        const different = new Set(looks.filter(([verdict]) => verdict !== 'healthy').map(([, n]) => n)).size;
        if (events.some(({ type }) => type === 'BreakerOpened')) expect(different).toBeGreaterThanOrEqual(3);
      }),
    );
  });
});

describe('how a provider looks', () => {
  const unit = (unitId: string, provider: string, size = 1) => ({
    unitId,
    provider,
    resources: Array.from({ length: size }, () => ({})),
  });
  const item = (unitId: string, n: number, type = 'resource_removed') =>
    ({ unitId, resource: `${unitId}${n}`, address: 'x', type, severity: 'low', path: '' }) as const;
  const compared = (unitId: string, ...items: object[]) => ({ unitId, outcome: 'compared', items }) as never;
  const unreadable = (unitId: string) => ({ unitId, outcome: 'unreadable', reason: 'no answer' }) as const;
  const look = (...findings: never[]) =>
    looksOf([unit('a', 'aws'), unit('b', 'aws', 3), unit('c', 'gcp')], findings, rules);

  it.each([
    ['nothing differs', [compared('a'), compared('b'), compared('c')], 'healthy', 'healthy'],
    ['half of its units cannot be read', [compared('a'), unreadable('b'), compared('c')], 'unreadable', 'healthy'],
    [
      'half of its resources differ',
      [compared('a', item('a', 0)), compared('b', item('b', 0)), compared('c')],
      'mass-drift',
      'healthy',
    ],
    ['fewer do', [compared('a'), compared('b', item('b', 0)), compared('c')], 'healthy', 'healthy'],
    [
      'labels alone do',
      [compared('a', item('a', 0, 'tag_mismatch')), compared('b'), compared('c', item('c', 0))],
      'healthy',
      'mass-drift',
    ],
  ])('when %s', (...[, findings, aws, gcp]) => {
    expect([...look(...(findings as never[]))]).toEqual([
      ['aws', aws],
      ['gcp', gcp],
    ]);
  });

  it('names the providers of what differs', () => {
    const units = [unit('a', 'aws'), unit('c', 'gcp')];
    expect(driftedProviders(units, [compared('a', item('a', 0)), unreadable('c') as never])).toEqual(['aws']);
  });
});
