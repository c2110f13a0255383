import type { AppliedUnit } from '@caisson/contracts';
import { specFor } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { deploymentDecider } from './deployment.decide.js';
import {
  applied,
  approve,
  cancel,
  change,
  create,
  deploymentId,
  desired,
  digest,
  effects,
  execute,
  executionFailed,
  failure,
  historyOf,
  historyTo,
  nothingChanges,
  origin,
  otherDigest,
  plan,
  planned,
  remove,
  retry,
  rollBack,
  rolledBack,
  throughTo,
  unit,
  verified,
} from './deployment.fixtures.spec.js';

const { given } = specFor(deploymentDecider);

describe('creating', () => {
  it('requests the first run', () => {
    given()
      .when(create())
      .then(
        { type: 'DeploymentCreated', deploymentId, revision: 1, desired: desired() },
        { type: 'RunRequested', runId: 'r1', kind: 'create', revision: 1 },
      );
  });

  it('asks for a plan at once where the desired state says so', () => {
    given()
      .when(create(desired({ autoPlan: true })))
      .then(
        { type: 'DeploymentCreated' },
        { type: 'RunRequested' },
        { type: 'RunPlanningStarted', round: 1, applied: [] },
      );
  });

  it('refuses an id that is taken', () => {
    given(...historyTo.pending)
      .when(create())
      .thenRejected({ code: 'deployment-exists', deploymentId });
  });

  it('refuses everything else before', () => {
    given().when(approve).thenRejected({ code: 'deployment-not-found' });
    given().when(applied()).thenRejected({ code: 'deployment-not-found' });
  });
});

describe('planning', () => {
  it('waits for a person', () => {
    given(...historyTo.planning)
      .when(planned())
      .thenTypes('RunPlanned', 'RunAwaitingApproval');
  });

  it('approves and starts by itself where the desired state says so', () => {
    given(...historyOf(create(desired({ autoApprove: true, autoExecute: true })), plan))
      .when(planned())
      .then(
        { type: 'RunPlanned', planDigest: digest },
        { type: 'RunApproved', planDigest: digest, approvedBy: 'policy:auto-approve' },
        { type: 'RunStarted', planDigest: digest, onFailure: 'rollback', applied: [] },
      );
  });

  it('waits for a person where a policy asks for one, whatever the desired state says', () => {
    given(...historyOf(create(desired({ autoApprove: true })), plan))
      .when({
        type: 'RecordPlan',
        origin,
        runId: 'r1',
        round: 1,
        planDigest: digest,
        changes: true,
        needsPerson: true,
        costPerMonth: 0,
      })
      .thenTypes('RunPlanned', 'RunAwaitingApproval');
  });

  it('completes at once when nothing changes, with the outputs of what is applied', () => {
    const history = historyOf(
      create(),
      ...throughTo('r1'),
      change('r2', desired({ outputs: { link: '${web.url}' } })),
      plan,
    );
    given(...history)
      .when(nothingChanges('r2'))
      .then({ type: 'RunPlanned' }, { type: 'RunCompleted', revision: 2, outputs: { link: 'http://web' } });
  });

  it('ignores the answer to an older round', () => {
    const again = historyOf(create(), plan, planned(), plan);
    given(...again)
      .when(planned('r1', 1))
      .then();
    given(...again)
      .when(planned('r1', 2))
      .thenTypes('RunPlanned', 'RunAwaitingApproval');
  });

  it('fails the run with what the planner said', () => {
    const outcome = given(...historyTo.planning).when({
      type: 'RecordPlanRefusal',
      origin,
      runId: 'r1',
      round: 1,
      failure,
    });
    outcome.then({ type: 'RunFailed', failure, applied: [] });
  });
});

describe('approval', () => {
  it('binds to one digest and names both when they differ', () => {
    given(...historyTo.awaiting_approval)
      .when({ type: 'ApproveRun', origin, planDigest: otherDigest })
      .thenRejected({ code: 'plan-digest-mismatch', runId: 'r1', expected: digest, given: otherDigest });
  });

  it('names who approved', () => {
    given(...historyTo.awaiting_approval)
      .when(approve)
      .then({ type: 'RunApproved', approvedBy: 'mia' });
  });

  it('of a run that is not known is refused', () => {
    given(...historyTo.awaiting_approval)
      .when({ ...approve, runId: 'r7' })
      .thenRejected({ code: 'run-not-found', runId: 'r7' });
  });

  it('of an older run is refused and the newest named', () => {
    given(...historyOf(create(), ...throughTo('r1'), change('r2', desired())))
      .when({ ...approve, runId: 'r1' })
      .thenRejected({ code: 'run-superseded', runId: 'r1', latestRunId: 'r2' });
  });
});

describe('changing what is desired', () => {
  it('makes a revision and an update run', () => {
    given(...historyTo.completed)
      .when(change('r2', desired({ environment: 'staging' })))
      .then(
        { type: 'DeploymentChanged', revision: 2 },
        { type: 'RunRequested', runId: 'r2', kind: 'update', revision: 2 },
      );
  });

  it('is refused while a run is active', () => {
    given(...historyTo.executing)
      .when(change('r2', desired()))
      .thenRejected({ code: 'run-active', runId: 'r1', state: 'executing' });
  });

  it('is refused when somebody else was faster', () => {
    const actual = historyTo.completed.length;
    given(...historyTo.completed)
      .when({
        type: 'ChangeDesiredState',
        origin,
        runId: 'r2',
        kind: 'update',
        desired: desired(),
        reason: '',
        ifVersion: 3,
      })
      .thenRejected({ code: 'deployment-version-conflict', expected: 3, actual });
  });

  it('makes the new revision current only when its run completed', () => {
    const failedUpdate = historyOf(
      create(),
      ...throughTo('r1'),
      change('r2', desired({ environment: 'staging' })),
      plan,
      planned('r2'),
      approve,
      execute,
      executionFailed('r2', [unit('web'), unit('db', 'r2')]),
    );
    const { deployment } = given(...failedUpdate).state;
    expect(deployment).toMatchObject({ currentRevision: 1, latestRevision: 2 });
    expect(deployment?.applied.map(({ unitId }) => unitId)).toEqual(['web', 'db']);
    given(...failedUpdate)
      .when({ type: 'RequestRun', origin, runId: 'r3', kind: 'remediate', reason: 'drift', whenBusy: 'refuse' })
      .then({ type: 'RunRequested', revision: 1 });
  });
});

describe('cancelling', () => {
  it('during execution waits for the executor', () => {
    given(...historyTo.executing)
      .when(cancel)
      .then({ type: 'RunCancelling' });
    given(...historyTo.cancelling)
      .when({ type: 'RecordCancelled', origin, runId: 'r1', applied: [unit('web')], effects })
      .then({ type: 'RunCancelled', applied: [unit('web')], effects });
  });

  it('that came too late keeps what is applied', () => {
    const { state } = given(...historyTo.cancelling).when(verified());
    expect(state.deployment?.run?.state).toBe('cancelled');
    expect(state.deployment?.applied).toEqual([unit('web')]);
    const done = [{ unitId: 'web', address: 'web', action: 'create' }];
    expect(state.deployment?.run?.effects).toEqual({ done, notDone: [], unknown: [] });
  });

  it('before execution says that nothing was done', () => {
    const { state } = given(...historyTo.awaiting_approval).when(cancel);
    expect(state.deployment?.run?.effects).toEqual({ done: [], notDone: [], unknown: [] });
  });

  it('that comes after the end is refused with the state', () => {
    given(...historyTo.completed)
      .when(cancel)
      .thenRejected({ code: 'run-state-conflict', runId: 'r1', state: 'completed', allowed: [] });
  });
});

describe('a schedule', () => {
  // The origin of every command is a Monday, 10:15.
  const nights = { allow: [{ from: '22:00', to: '06:00' }] };
  const scheduled = desired({ autoPlan: true, autoExecute: true, schedule: nights });
  const tonight = '2026-03-02T22:00:00.000Z';
  const due = { ...origin, at: tonight };

  it('shows when the run may begin, and lets it wait there when it is approved', () => {
    given(...historyOf(create(scheduled)))
      .when(planned())
      .then({ type: 'RunPlanned', startsAt: tonight }, { type: 'RunAwaitingApproval' });
    const { state } = given(...historyOf(create(scheduled), planned(), approve));
    expect(state.deployment?.run).toMatchObject({ state: 'approved', startsAt: tonight });
  });

  it('is obeyed by the timer and by people alike', () => {
    const waiting = historyOf(create(scheduled), planned(), approve);
    const refused = { code: 'run-not-due', runId: 'r1', startsAt: tonight } as const;
    given(...waiting)
      .when({ type: 'StartWhenDue', origin })
      .thenRejected(refused);
    given(...waiting)
      .when(execute)
      .thenRejected(refused);
    given(...waiting)
      .when({ type: 'StartWhenDue', origin: due })
      .thenTypes('RunStarted');
    given(...waiting)
      .when(cancel)
      .then({ type: 'RunCancelled' });
    given(...historyTo.executing)
      .when({ type: 'StartWhenDue', origin })
      .thenTypes();
  });

  it('does not begin what a person is to begin', () => {
    const manual = desired({ autoExecute: false, schedule: nights });
    const waiting = historyOf(create(manual), plan, planned(), approve);
    given(...waiting)
      .when({ type: 'StartWhenDue', origin: due })
      .thenTypes();
    given(...waiting)
      .when({ ...execute, origin: due })
      .thenTypes('RunStarted');
  });
});

describe('what became of a task that nobody could tell', () => {
  const said = { taskId: 'r1/web', outcome: 'done', evidence: 'it is in the console' } as const;

  it('is recorded with who said it, once the run has ended', () => {
    given(...historyTo.failed)
      .when({ type: 'ResolveTask', origin, ...said })
      .then({ type: 'RunTaskResolved', runId: 'r1', ...said, resolvedBy: 'mia' });
    const running = given(...historyTo.executing);
    running.when({ type: 'ResolveTask', origin, ...said }).thenRejected({
      ...{ code: 'run-state-conflict', runId: 'r1', state: 'executing', allowed: ['cancel'] },
    });
  });
});

describe('retrying', () => {
  it('plans again from what is applied', () => {
    const history = historyOf(create(desired({ autoPlan: true })), planned(), approve, execute, executionFailed());
    given(...history)
      .when(retry)
      .then({ type: 'RunRetried' }, { type: 'RunPlanningStarted', round: 2, applied: [unit('web')] });
  });
});

describe('rolling back', () => {
  const second = desired({ environment: 'staging' });
  const twice = historyOf(create(), ...throughTo('r1'), change('r2', second), ...throughTo('r2'));

  it('undoes a failed run by the executor', () => {
    given(...historyTo.failed)
      .when(rollBack)
      .then({ type: 'RunRollbackStarted', runId: 'r1', asked: true });
  });

  it('ends at once when nothing was executed', () => {
    const refused = historyOf(create(), plan, { type: 'RecordPlanRefusal', origin, runId: 'r1', round: 1, failure });
    given(...refused)
      .when(rollBack)
      .then({ type: 'RunRollbackStarted', asked: false }, { type: 'RunRolledBack', applied: [] });
  });

  it('of a completed deployment is a run to the revision before', () => {
    given(...twice)
      .when(rollBack)
      .then({ type: 'RunRequested', runId: 'back', kind: 'rollback', revision: 1 });
  });

  it('plans with what was desired then and makes it current', () => {
    const back = given(...twice, ...historyOf());
    const { state } = back.when(rollBack);
    expect(state.deployment?.run).toMatchObject({ kind: 'rollback', revision: 1 });
    const history = historyOf(create(), ...throughTo('r1'), change('r2', second), ...throughTo('r2'), rollBack);
    given(...history)
      .when(plan)
      .then({ type: 'RunPlanningStarted', revision: 1, desired: desired() });
    const done = given(...history, ...historyAfter(history)).state.deployment;
    expect(done).toMatchObject({ currentRevision: 1, latestRevision: 2 });
  });

  it('asked twice is one wish, before and after it came true', () => {
    const asked = historyOf(create(), ...throughTo('r1'), change('r2', second), ...throughTo('r2'), rollBack);
    const again = { ...rollBack, newRunId: 'again' };
    given(...asked)
      .when(again)
      .then();
    given(...asked)
      .when({ ...again, toRevision: 1 })
      .then();
    given(...asked)
      .when({ ...again, toRevision: 2 })
      .thenRejected({ code: 'run-state-conflict', runId: 'back', state: 'pending', allowed: ['plan', 'cancel'] });
    const done = [...asked, ...historyAfter(asked)];
    given(...done)
      .when(again)
      .then();
    given(...done)
      .when({ ...again, toRevision: 2 })
      .then({ type: 'RunRequested', runId: 'again', kind: 'rollback', revision: 2 });
  });

  it('names the revisions it can go to', () => {
    given(...twice)
      .when({ type: 'RollbackRun', origin, newRunId: 'back', reason: '', toRevision: 9 })
      .thenRejected({ code: 'revision-not-found', revision: 9, available: [1, 2] });
    given(...historyTo.completed)
      .when(rollBack)
      .thenRejected({ code: 'revision-not-found', available: [1] });
  });

  it('after a run that got nowhere goes to the current revision', () => {
    const cancelled = historyOf(create(), ...throughTo('r1'), change('r2', second), cancel);
    given(...cancelled)
      .when(rollBack)
      .then({ type: 'RunRequested', revision: 1 });
  });

  function historyAfter(history: readonly (typeof twice)[number][]) {
    let state = given(...history).state;
    return throughTo('back').flatMap((command) => {
      const decision = deploymentDecider.decide(state, command);
      if (decision.outcome === 'rejected') throw new Error(decision.rejection.code);
      state = decision.events.reduce((current, event) => deploymentDecider.evolve(current, event), state);
      return [...decision.events];
    });
  }
});

describe('pushes', () => {
  const push = { type: 'RequestRun', origin, runId: 'p1', kind: 'update', reason: 'push' } as const;

  it('request a run to the newest revision', () => {
    given(...historyTo.completed)
      .when({ ...push, whenBusy: 'defer' })
      .then({ type: 'RunRequested', revision: 1 });
  });

  it('during a run are kept until it has settled, the newest one', () => {
    const busy = historyOf(create(), ...throughTo('r1').slice(0, 4), { ...push, whenBusy: 'defer' });
    given(...busy, ...[])
      .when({ ...push, runId: 'p2', whenBusy: 'defer' })
      .then({ type: 'RunDeferred', runId: 'p2' });
    given(...busy)
      .when({ ...push, whenBusy: 'defer' })
      .then();
    given(...busy)
      .when(executionFailed())
      .then({ type: 'RunFailed', runId: 'r1' }, { type: 'RunRequested', runId: 'p1', kind: 'update' });
  });
});

describe('a run that failed where a person decides', () => {
  const push = { type: 'RequestRun', origin, runId: 'p1', kind: 'update', reason: 'push', whenBusy: 'defer' } as const;
  const untilFailed = (onFailure: 'keep' | 'pause') =>
    historyOf(create(desired({ onFailure })), plan, planned(), approve, execute, push, executionFailed());

  it('keeps what machines ask for until then', () => {
    expect(given(...untilFailed('keep')).state.deployment?.run).toMatchObject({ runId: 'p1' });
    const paused = given(...untilFailed('pause'));
    expect(paused.state.deployment?.run).toMatchObject({ runId: 'r1', state: 'failed', paused: true });
    paused.when({ ...push, runId: 'p2' }).then({ type: 'RunDeferred', runId: 'p2' });
  });

  it('goes on by a retry or a rollback, and then what waited begins', () => {
    const [paused, state] = [given(...untilFailed('pause')), given(...untilFailed('pause')).when(retry).state];
    expect(state.deployment?.run).not.toHaveProperty('paused');
    paused.when(retry).then({ type: 'RunRetried' });
    paused.when(rollBack).then({ type: 'RunRollbackStarted', asked: true });
    given(
      ...untilFailed('pause'),
      ...historyOf(create(), plan, planned(), approve, execute, executionFailed(), rollBack).slice(-1),
    )
      .when(rolledBack())
      .then({ type: 'RunRolledBack' }, { type: 'RunRequested', runId: 'p1' });
  });

  it('gives way to a change that a person makes', () => {
    given(...untilFailed('pause'))
      .when(change('r2', desired()))
      .thenTypes('DeploymentChanged', 'RunRequested');
  });

  it('has nothing to decide when it was never executed', () => {
    const refused = { type: 'RecordPlanRefusal', origin, runId: 'r1', round: 1, failure } as const;
    const { state } = given(...historyOf(create(desired({ onFailure: 'pause' })), plan)).when(refused);
    expect(state.deployment?.run).not.toHaveProperty('paused');
  });
});

describe('scaling and configuring', () => {
  const servers = desired({ resources: [{ name: 'web', engine: 'sandbox', type: 'server', count: 2 }], outputs: {} });
  const scale = (count: number) =>
    ({
      type: 'AdjustDesiredState',
      origin,
      runId: 'r2',
      adjustment: { kind: 'scale', resource: 'web', count },
      reason: 'more of them',
    }) as const;
  const standing = historyOf(create(servers), ...throughTo('r1'));

  it('are runs of their kind to a revision of their own', () => {
    given(...standing)
      .when(scale(3))
      .then(
        {
          type: 'DeploymentChanged',
          revision: 2,
          desired: { ...servers, resources: [{ ...servers.resources[0]!, count: 3 }] },
        },
        { type: 'RunRequested', runId: 'r2', kind: 'scale', revision: 2 },
      );
    const adjustment = { kind: 'configure', resources: { web: { properties: { flavor: 'm1.large' } } } } as const;
    given(...standing)
      .when({ ...scale(3), adjustment })
      .then({ type: 'DeploymentChanged', revision: 2 }, { type: 'RunRequested', kind: 'configure' });
  });

  it('refuse what cannot be planned, and wait for nobody', () => {
    given(...standing)
      .when({ ...scale(3), adjustment: { kind: 'scale', resource: 'db', count: 3 } })
      .thenRejected({
        code: 'desired-state-invalid',
        problems: [{ code: 'unknown-resource', pointer: '/resource', message: 'there is no "db"; there is web' }],
      });
    given(...historyOf(create(servers), ...throughTo('r1').slice(0, 4)))
      .when(scale(3))
      .thenRejected({ code: 'run-active', runId: 'r1', state: 'executing' });
    given(...standing)
      .when({ ...scale(3), ifVersion: 1 })
      .thenRejected({ code: 'deployment-version-conflict', expected: 1, actual: standing.length });
  });

  it('are one wish when they come twice', () => {
    given(...standing, ...historyOf(create(servers), ...throughTo('r1'), scale(3)).slice(standing.length))
      .when(scale(3))
      .then();
  });
});

describe('scanning for drift', () => {
  const scan = {
    type: 'RequestDriftScan',
    origin,
    scanId: 's1',
    autoRemediate: false,
    scanType: 'manual',
    whenBusy: 'refuse',
  } as const;
  const scheduled = { ...scan, scanType: 'scheduled', whenBusy: 'defer' } as const;

  it('hands over what is applied', () => {
    given(...historyTo.completed)
      .when(scan)
      .then({ type: 'DriftScanRequested', scanId: 's1', applied: [unit('web')] });
  });

  it('is made up for when its turn came while tools changed the world, once and after a failure, too', () => {
    given(...historyTo.executing)
      .when(scheduled)
      .thenTypes('DriftScanDeferred');
    const deferred = historyOf(create(), ...throughTo('r1').slice(0, 4), scheduled);
    given(...deferred)
      .when({ type: 'RecordExecutionFailure', origin, runId: 'r1', failure, applied: [unit('web')] })
      .then(
        { type: 'RunFailed' },
        { type: 'DriftScanRequested', scanId: 's1', scanType: 'scheduled', applied: [unit('web')] },
      );
    const settled = historyOf(create(), ...throughTo('r1').slice(0, 4), scheduled, ...throughTo('r1').slice(4));
    expect(settled.map(({ type }) => type).slice(-2)).toEqual(['RunCompleted', 'DriftScanRequested']);
    given(...settled)
      .when({ ...scheduled, scanId: 's2' })
      .then({ type: 'DriftScanRequested', scanId: 's2' });
  });

  it('says what a run that did not get through was to change, and nothing after one that did', () => {
    const resources = ['web', 'db'].map((name) => ({ name, engine: 'sandbox', type: 'server' }));
    const failed = [plan, planned('r2'), approve, execute, executionFailed('r2')];
    given(...historyOf(create(), ...throughTo('r1'), change('r2', desired({ resources })), ...failed))
      .when(scan)
      .then({ type: 'DriftScanRequested', unfinished: { runId: 'r2', resources: ['db'] } });
    given(...historyTo.failed)
      .when(scan)
      .then({ type: 'DriftScanRequested', unfinished: { runId: 'r1', resources: ['web'] } });
    for (const state of ['completed', 'awaiting_approval'] as const) {
      const { decision } = given(...historyTo[state]).when(scan);
      expect(decision.outcome === 'accepted' && decision.events[0]).not.toHaveProperty('unfinished');
    }
  });

  it('is left alone when nothing is applied and nobody asked', () => {
    given(...historyTo.awaiting_approval)
      .when(scheduled)
      .then();
    given(...historyTo.awaiting_approval)
      .when(scan)
      .thenTypes('DriftScanRequested');
  });

  it('waits until tools have stopped', () => {
    given(...historyTo.executing)
      .when(scan)
      .thenRejected({ code: 'run-active', runId: 'r1', state: 'executing' });
  });
});

describe('putting drift right', () => {
  const standing = historyOf(create(), ...throughTo('r1'));
  const wish = { type: 'RequestRun', origin, runId: 'r2', kind: 'remediate', reason: 'drift' } as const;
  const byPolicy = { ...wish, whenBusy: 'refuse', remediates: { scanId: 's1', askedBy: 'policy' } } as const;
  const requested = historyOf(create(), ...throughTo('r1'), byPolicy);

  it('tells the scan which run does it, and has a scan look when it is through', () => {
    expect(requested.slice(standing.length)).toMatchObject([
      { type: 'RunRequested', runId: 'r2' },
      { type: 'DriftRemediationRequested', scanId: 's1', runId: 'r2', mode: 'revert' },
    ]);
    const plannedTo = historyOf(create(), ...throughTo('r1'), byPolicy, plan);
    const outcome = given(...plannedTo).when(nothingChanges('r2'));
    outcome.then(
      { type: 'RunPlanned' },
      { type: 'RunCompleted' },
      { type: 'DriftScanRequested', verifies: { scanId: 's1', runId: 'r2' }, applied: [unit('web')] },
    );
    expect(outcome.state.deployment?.remediation).toBeUndefined();
  });

  it('says why not when the run does not get through, and looks after all when it is tried again', () => {
    const failed = [plan, planned('r2'), approve, execute, executionFailed('r2')];
    const history = historyOf(create(), ...throughTo('r1'), byPolicy, ...failed);
    expect(history.at(-1)).toMatchObject({ type: 'DriftRemediationEnded', scanId: 's1', outcome: 'failed' });
    expect(history.at(-1)).toHaveProperty('reason', expect.stringContaining('exit code 1'));
    const again = [retry, plan, planned('r2', 2), approve, execute, applied('r2'), verified('r2')];
    expect(historyOf(create(), ...throughTo('r1'), byPolicy, ...failed, ...again).at(-1)).toMatchObject({
      type: 'DriftScanRequested',
      verifies: { scanId: 's1', runId: 'r2' },
    });
  });

  it('says why not when a machine wishes it while a run is active; a person is refused', () => {
    const busy = given(...historyTo.executing);
    busy.when(byPolicy).then({ type: 'DriftRemediationEnded', scanId: 's1', outcome: 'refused' });
    busy
      .when({ ...byPolicy, remediates: { scanId: 's1', askedBy: 'person' } })
      .thenRejected({ code: 'run-active', runId: 'r1', state: 'executing' });
  });

  it('looks no more when the deployment goes at once', () => {
    const going = historyOf(create(), ...throughTo('r1'), byPolicy, plan, planned('r2'), approve, execute, remove('x'));
    given(...going)
      .when({ type: 'RecordVerified', origin, runId: 'r2', applied: [unit('web')], outputs: {} })
      .then({ type: 'RunCancelled' }, { type: 'DriftRemediationEnded', outcome: 'failed' }, { type: 'RunRequested' });
  });

  it('adopts by a new revision, what is expected with it, and a run that finds nothing to do', () => {
    const sees = (flavor: string): AppliedUnit => {
      const [resource] = unit('web').resources;
      return { ...unit('web'), resources: [{ ...resource!, expected: { 'server.web': { flavor } } }] };
    };
    const resources = [{ name: 'web', engine: 'sandbox', type: 'server', properties: { flavor: 'm1.small' } }];
    const before = historyOf(create(desired({ resources })), ...throughTo('r1', [sees('m1.small')]));
    const item = { unitId: 'web', resource: 'web', address: 'server.web', path: 'flavor' } as const;
    const items = [{ ...item, type: 'property_changed', expected: 'm1.small', actual: 'm1.large' }] as const;
    const adopt = { type: 'AdoptDrift', origin, runId: 'r2', scanId: 's1', items, reason: 'it is better' } as const;
    const { state, then } = given(...before).when(adopt);
    then(
      { type: 'DeploymentChanged', revision: 2 },
      { type: 'DriftAdopted', scanId: 's1' },
      { type: 'RunRequested', runId: 'r2', kind: 'remediate', revision: 2 },
      { type: 'DriftRemediationRequested', scanId: 's1', mode: 'adopt' },
    );
    expect(state.deployment?.applied).toMatchObject([sees('m1.large')]);
    expect(state.deployment?.revisions[2]?.desired.resources[0]?.properties).toEqual({ flavor: 'm1.large' });
    given(...before)
      .when({ ...adopt, items: [{ ...items[0], expected: 'm1.tiny' }] })
      .thenRejected({
        code: 'drift-not-adoptable',
        problems: [
          {
            pointer: '/items/0',
            code: 'outdated',
            message: 'server.web is no longer expected as the report says: scan again',
          },
        ],
      });
  });
});

describe('deleting', () => {
  it('before anything was applied is done at once', () => {
    given(...historyTo.awaiting_approval)
      .when(remove('x'))
      .thenTypes('DeploymentDeletionRequested', 'RunCancelled', 'DeploymentDeleted');
  });

  it('of a completed deployment destroys it first', () => {
    const history = historyOf(create(), ...throughTo('r1'), remove('x'));
    expect(given(...history).state.deployment?.run).toMatchObject({ runId: 'x', kind: 'destroy', state: 'pending' });
    const destroyed = historyOf(create(), ...throughTo('r1'), remove('x'), ...throughTo('x', []));
    expect(destroyed.at(-1)?.type).toBe('DeploymentDeleted');
    given(...destroyed)
      .when(change('r9', desired()))
      .thenRejected({ code: 'deployment-deleted' });
    given(...destroyed)
      .when(remove('y'))
      .then();
    given(...destroyed)
      .when(applied('x'))
      .then();
  });

  it('during execution stops the tools and then destroys what they made', () => {
    const stopping = historyOf(create(), ...throughTo('r1').slice(0, 4), remove('x'));
    expect(given(...stopping).state.deployment?.run?.state).toBe('cancelling');
    given(...stopping)
      .when({ type: 'RecordCancelled', origin, runId: 'r1', applied: [unit('web')], effects })
      .then({ type: 'RunCancelled' }, { type: 'RunRequested', runId: 'x', kind: 'destroy' });
    given(...stopping)
      .when({ type: 'RecordCancelled', origin, runId: 'r1', applied: [], effects })
      .thenTypes('RunCancelled', 'DeploymentDeleted');
  });

  it('that is on its way is one wish', () => {
    given(...historyOf(create(), ...throughTo('r1'), remove('x')))
      .when(remove('y'))
      .then();
  });

  it('leaves no current revision, so going back brings the last one', () => {
    const emptied = historyOf(
      create(),
      ...throughTo('r1'),
      { type: 'RequestRun', origin, runId: 'x', kind: 'destroy', reason: 'save money', whenBusy: 'refuse' },
      ...throughTo('x', []),
    );
    expect(given(...emptied).state.deployment).toMatchObject({ deleted: false, applied: [] });
    expect(given(...emptied).state.deployment?.currentRevision).toBeUndefined();
    given(...emptied)
      .when(rollBack)
      .then({ type: 'RunRequested', kind: 'rollback', revision: 1 });
  });

  it('is taken back by cancelling the destroy run', () => {
    const history = historyOf(create(), ...throughTo('r1'), remove('x'));
    const { state } = given(...history).when(cancel);
    expect(state.deployment).toMatchObject({ deleted: false, run: { state: 'cancelled' } });
    expect(state.deployment?.deletion).toBeUndefined();
  });

  it('that got stuck can be asked for again', () => {
    const stuck = historyOf(
      create(),
      ...throughTo('r1'),
      remove('x'),
      plan,
      planned('x'),
      approve,
      execute,
      executionFailed('x', [unit('web')]),
    );
    given(...stuck)
      .when(remove('y'))
      .then({ type: 'DeploymentDeletionRequested', runId: 'y' }, { type: 'RunRequested', runId: 'y', kind: 'destroy' });
  });

  it('waits for a rollback that is under way', () => {
    given(...historyTo.rolling_back, ...historyOf())
      .when(remove('x'))
      .thenTypes('DeploymentDeletionRequested');
    given(...historyTo.rolling_back)
      .when(rolledBack())
      .thenTypes('RunRolledBack');
  });
});
