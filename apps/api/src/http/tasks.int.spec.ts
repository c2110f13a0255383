import { eventTypeOf, type FactOf } from '@caisson/contracts';
import { CallbackTokens } from '@caisson/http';
import { type Json } from '@caisson/kernel';
import { systemClock } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { type NewDocument } from '@caisson/event-sourcing';
import { newAppend, newContext } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { SETTINGS, useApi } from '../api.harness.js';

const api = useApi();

describe('tasks', () => {
  it('show the attempts of a task, and what its tool says while it runs', async () => {
    const { runId } = await api.created('talkative');
    const tenantId = tenantIdOf('default');
    const stream = { tenantId, streamId: `execution-${runId}` };
    const ref = { deploymentId: 'd', runId, taskId: `${runId}/web`, unitId: 'web', phase: 'apply' };
    const of = { ...ref, attempt: 1, fencingToken: 1 };
    const record = async (fact: FactOf<'execution'>, data: object, documents: NewDocument[] = []) => {
      const { head } = await api.store.events.load({ stream });
      const context = newContext({ service: 'executor' });
      const publicForm = { type: eventTypeOf('execution', fact) };
      const events = [{ type: fact, schemaVersion: 1, data, publicForm }];
      await api.store.events.append({ stream, expected: head, context, events, documents });
    };
    const task = { taskId: ref.taskId, runId, unitId: 'web', phase: 'apply', state: 'running', attempt: 1 };
    await record('execution-started', { ...ref, planDigest: `sha256:${'a'.repeat(64)}`, units: ['web'] });
    await record('task-started', { ...of, actionKey: 'k' }, [{ collection: 'task', id: ref.taskId, body: task }]);
    const path = `/tasks/${encodeURIComponent(ref.taskId)}`;
    const attemptId = `${ref.taskId}/1.1`;
    expect((await api.ask('GET', `${path}/attempts`)).body.items).toMatchObject([
      { id: attemptId, state: 'running', cycle: 1, attempt: 1 },
    ]);
    const logPath = `/attempts/${encodeURIComponent(attemptId)}/log`;
    expect((await api.ask('GET', logPath)).body).toEqual({ lines: [], offset: 0, nextOffset: 0, complete: false });
    const followed = api.ask('GET', `${logPath}?waitSeconds=10`);
    const attemptLog = api.logs.open({ tenantId, attemptId });
    attemptLog.add('creating');
    attemptLog.add('created');
    expect((await followed).body).toEqual({
      lines: ['creating', 'created'],
      offset: 0,
      nextOffset: 2,
      complete: false,
    });
    const failure = { code: 'tool-failed', message: 'exit code 1', diagnostics: [] };
    const ended = api.ask('GET', `${logPath}?offset=2&waitSeconds=10`);
    const retrying = { collection: 'task', id: ref.taskId, body: { ...task, state: 'retrying' } };
    await record('task-failed', { ...of, failure }, [retrying]);
    expect((await ended).body).toEqual({ lines: [], offset: 2, nextOffset: 2, complete: true });
    await record('task-retrying', { ...ref, attempt: 2, delayMs: 1000 });
    await record('task-started', { ...of, attempt: 2, actionKey: 'k' });
    await record('task-succeeded', { ...of, attempt: 2, evidence: { exitCode: 0 } });
    await record('execution-started', { ...ref, planDigest: `sha256:${'a'.repeat(64)}`, units: ['web'] });
    await record('task-started', { ...of, actionKey: 'k/2' });
    expect((await api.ask('GET', `${path}/attempts`)).body.items).toMatchObject([
      { id: attemptId, state: 'failed', failure },
      { id: `${ref.taskId}/1.2`, state: 'succeeded', evidence: { exitCode: 0 } },
      { id: `${ref.taskId}/2.1`, state: 'running' },
    ]);
    const second = await api.ask('GET', `/attempts/${encodeURIComponent(`${ref.taskId}/1.2`)}`);
    expect(second.body).toMatchObject({ id: `${ref.taskId}/1.2`, state: 'succeeded', attempt: 2 });
    expect(await api.ask('GET', `/attempts/${encodeURIComponent(`${ref.taskId}/9.1`)}`)).toMatchObject({
      ...{ status: 404, body: { code: 'attempt-not-found' } },
    });
    expect(await api.ask('GET', `/attempts/${encodeURIComponent(`${ref.taskId}/3.1`)}/log`)).toMatchObject({
      status: 404,
      body: { code: 'attempt-not-found' },
    });
    expect(await api.ask('GET', `${logPath}?waitSeconds=11`)).toMatchObject({ status: 400 });
  });

  it('give out the address at which a task that waits is called back, to those who may approve', async () => {
    const { runId } = await api.created('patient');
    const tenantId = tenantIdOf('default');
    const taskId = `${runId}/gate`;
    const path = `/tasks/${encodeURIComponent(taskId)}`;
    const waiting = { reason: 'a callback', since: 's', until: '2026-03-03T10:15:00.000Z', callback: true, cycle: 1 };
    const task = {
      ...{ taskId, runId, unitId: 'gate', phase: 'apply', state: 'running', attempt: 2 },
      resources: [{ address: 'gate', type: 'gate', action: 'create' }],
    };
    const show = (version: number, body: Record<string, Json>) =>
      api.store.events.load({ stream: { tenantId, streamId: `execution-${runId}` } }).then(({ head }) =>
        api.store.events.append({
          stream: { tenantId, streamId: `execution-${runId}` },
          expected: head,
          context: {
            ...{ correlationId: 'c', causationId: 'x', actor: 'service:executor', commandId: `${runId}${version}` },
            ...{ occurredAt: systemClock.now(), service: 'executor' },
          },
          events: [{ type: 'TaskWaiting', schemaVersion: 1, data: {} }],
          documents: [{ collection: 'task', id: taskId, body }],
        }),
      );
    expect(await api.ask('GET', path)).toMatchObject({ status: 404, body: { code: 'task-not-found' } });
    await show(1, { ...task, waiting });
    expect((await api.ask('GET', path)).body).toMatchObject({
      id: taskId,
      state: 'running',
      waiting: { callback: true },
    });
    const answer = await api.ask('GET', `${path}/callback`);
    expect(answer).toMatchObject({ status: 200, body: { expiresAt: waiting.until } });
    const { path: address } = answer.body as unknown as { path: string };
    const target = new CallbackTokens(SETTINGS.callbackSecret).read(address.replace('/webhooks/callbacks/', ''));
    expect(target).toEqual({ tenantId, runId, phase: 'apply', unitId: 'gate', cycle: 1, attempt: 2 });
    await show(2, task);
    expect(await api.ask('GET', `${path}/callback`)).toMatchObject({ status: 409, body: { code: 'task-not-waiting' } });
  });

  it('record what a person says of a task that nobody can tell, once its run has ended', async () => {
    const { id: deploymentId, runId } = await api.created('unknown');
    const tenantId = tenantIdOf('default');
    const stream = { tenantId, streamId: `execution-${runId}` };
    const body = { ...{ deploymentId, runId, unitId: 'web', phase: 'apply', attempt: 1 }, state: 'failed' };
    const shown = (unitId: string, code: string) => {
      const taskId = `${runId}/${unitId}`;
      return { collection: 'task', id: taskId, body: { ...body, taskId, unitId, failure: { code } } };
    };
    const said = { outcome: 'done', evidence: 'It is in the console as srv-1.' };
    const resolve = (unitId: string, given: object = said) =>
      api.ask('POST', `/tasks/${encodeURIComponent(`${runId}/${unitId}`)}/resolve`, { body: given });
    expect(await resolve('web')).toMatchObject({ status: 404, body: { code: 'task-not-found' } });
    const documents = [shown('web', 'outcome-unknown'), shown('db', 'apply-failed')];
    await api.store.events.append(newAppend({ stream, documents }));
    expect(await resolve('db')).toMatchObject({ status: 409, body: { code: 'task-outcome-known' } });
    expect(await resolve('web')).toMatchObject({ status: 409, body: { code: 'run-state-conflict' } });
    expect((await resolve('web', { outcome: 'perhaps', evidence: '' })).status).toBe(400);
    await api.ask('POST', `/runs/${runId}/cancel`);
    expect(await resolve('web')).toMatchObject({ status: 202, body: { run: { id: runId } } });
    const { items } = (await api.ask('GET', `/deployments/${deploymentId}/events`)).body as unknown as {
      items: { type: string; data: object; actor: string }[];
    };
    const fact = items.find(({ type }) => type.includes('run-task-resolved'));
    expect(fact).toMatchObject({ data: { ...said, taskId: `${runId}/web`, resolvedBy: fact?.actor } });
  });
});
