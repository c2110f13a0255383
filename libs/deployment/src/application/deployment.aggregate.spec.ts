import { decodeEvent, type PublicEvent } from '@caisson/contracts';
import type { RecordedEvent } from '@caisson/event-sourcing';
import { InvariantViolation } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { PUBLIC_FACTS, type DeploymentEvent } from '../domain/deployment.events.js';
import {
  create,
  deploymentId,
  desired,
  historyOf,
  historyTo,
  nothingChanges,
  origin,
  plan,
  remove,
  throughTo,
} from '../domain/deployment.fixtures.spec.js';
import { revisionDocumentId } from './deployment-documents.js';
import { deploymentAggregate as aggregate } from './deployment.aggregate.js';

const context = {
  tenantId: 't',
  streamId: `deployment-${deploymentId}`,
  version: 1,
  occurredAt: origin.at,
  correlationId: 'c',
};

function recorded(event: DeploymentEvent, changes: Partial<RecordedEvent> = {}): RecordedEvent {
  const { data, schemaVersion, type } = aggregate.encode(event);
  return {
    eventId: 'e',
    tenantId: 't',
    streamId: context.streamId,
    version: 1,
    type,
    schemaVersion,
    data: JSON.parse(JSON.stringify(data)) as unknown,
    context: {
      correlationId: origin.correlationId,
      causationId: 'c',
      actor: origin.by,
      commandId: 'k',
      occurredAt: origin.at,
      service: 'api',
    },
    hash: '',
    ...changes,
  };
}

const everyFact = new Map(Object.values(historyTo).flatMap((history) => history.map((event) => [event.type, event])));

function shown(events: readonly DeploymentEvent[]) {
  const state = events.reduce(
    (current, event) => aggregate.decider.evolve(current, event),
    aggregate.decider.initialState,
  );
  const documents = aggregate.documents?.(state, events, context) ?? [];
  return new Map(documents.map((document) => [`${document.collection} ${document.id}`, document.body]));
}

describe('facts of a deployment', () => {
  it.each([...everyFact.values()])('$type is read as it was written', (event) => {
    expect(aggregate.decode(recorded(event))).toEqual(event);
  });

  it.each([...everyFact.values()].filter(({ type }) => PUBLIC_FACTS[type] !== undefined))(
    '$type has exactly the public data that its schema describes',
    (event) => {
      const { data, publicForm } = aggregate.encode(event);
      const published = { type: publicForm?.type ?? '', data } as PublicEvent;
      expect(decodeEvent('deployment', published)?.data).toEqual(data);
    },
  );

  it('that this build does not know stop the reader', () => {
    const event = historyTo.pending[0]!;
    expect(() => aggregate.decode(recorded(event, { schemaVersion: 2 }))).toThrow(InvariantViolation);
    expect(() => aggregate.decode(recorded(event, { type: 'DeploymentDreamt' }))).toThrow(InvariantViolation);
  });

  it('keep private what nobody else may rely on', () => {
    const deletion = historyOf(create(), ...throughTo('r1'), remove('x')).find(
      ({ type }) => type === 'DeploymentDeletionRequested',
    )!;
    expect(aggregate.encode(deletion).publicForm).toBeUndefined();
  });
});

describe('read models', () => {
  it('show deployment, run, revision and what is applied', () => {
    const documents = shown(historyTo.completed);
    expect([...documents.keys()]).toEqual([
      `deployment ${deploymentId}`,
      'run r1',
      `revision ${revisionDocumentId(deploymentId, 1)}`,
      `resources ${deploymentId}`,
    ]);
    expect(documents.get(`deployment ${deploymentId}`)).toMatchObject({
      name: 'shop',
      status: 'completed',
      revision: 1,
      currentRevision: 1,
      currentRun: 'r1',
      outputs: { url: 'http://web' },
      resources: [{ unitId: 'web', engine: 'sandbox', type: 'server' }],
      createdAt: origin.at,
    });
    expect(documents.get('run r1')).toMatchObject({
      id: 'r1',
      deploymentId,
      kind: 'create',
      state: 'completed',
      progress: 100,
      requestedBy: 'mia',
      correlationId: 'story',
      startedAt: origin.at,
      finishedAt: origin.at,
    });
    expect(documents.get(`revision ${revisionDocumentId(deploymentId, 1)}`)).toMatchObject({
      revision: 1,
      desired: { name: 'shop' },
      completedAt: origin.at,
    });
  });

  it('show the cancelled run beside the destroy run that follows it', () => {
    const before = historyOf(create(), ...throughTo('r1'), changeTo('r2'));
    const all = historyOf(create(), ...throughTo('r1'), changeTo('r2'), remove('x'));
    const last = all.slice(before.length);
    const state = all.reduce(
      (current, event) => aggregate.decider.evolve(current, event),
      aggregate.decider.initialState,
    );
    const written = aggregate.documents?.(state, last, context) ?? [];
    const runs = written.filter(({ collection }) => collection === 'run').map(({ id, body }) => [id, body['state']]);
    expect(runs).toEqual([
      ['r2', 'cancelled'],
      ['x', 'pending'],
    ]);
    expect(written.find(({ collection }) => collection === 'deployment')?.body).toMatchObject({ status: 'deleting' });
  });

  it('bind no push to a deployment that is gone', () => {
    const bound = desired({ triggers: [{ kind: 'push', repository: 'acme/shop' }] });
    expect(shown(historyOf(create(bound))).get(`deployment ${deploymentId}`)).toMatchObject({
      triggers: [{ kind: 'push', repository: 'acme/shop', branch: 'main' }],
    });
    const gone = shown(historyOf(create(bound), remove('x')));
    expect(gone.get(`deployment ${deploymentId}`)).toMatchObject({ status: 'deleted', triggers: [] });
  });

  it('do not rewrite what is applied when nothing was', () => {
    expect([...shown(historyOf(create(), plan)).keys()]).not.toContain(`resources ${deploymentId}`);
    expect([...shown(historyOf(create(), plan, nothingChanges('r1'))).keys()]).toContain(`resources ${deploymentId}`);
  });
});

function changeTo(runId: string) {
  return { type: 'ChangeDesiredState', origin, runId, kind: 'update', desired: desired(), reason: '' } as const;
}
