import { eventTypeOf } from '@caisson/contracts';
import { unreadableEvent, type Aggregate, type NewEvent, type RecordedEvent } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import { deploymentDecider } from '../domain/deployment.decide.js';
import type { DeploymentCommand, DeploymentRejection } from '../domain/deployment.commands.js';
import { PUBLIC_FACTS, type DeploymentEvent } from '../domain/deployment.events.js';
import type { DeploymentState } from '../domain/deployment.state.js';
import { documentsOf } from './deployment-documents.js';
import { claimsOf, holdingsOf } from './deployment-quotas.js';
import { startJobsOf } from './run-start-jobs.js';

/** Shape of an event's data; raise it with an upcaster in `upcast`. */
const EVENT_SCHEMA_VERSION = 1;

/** Shape of the folded state; raise it when `DeploymentState` changes: older snapshots are then ignored. */
const STATE_SCHEMA_VERSION = 3;

const SNAPSHOT_EVERY_EVENTS = 100;

/** How deployments are decided, stored in `deployment-<id>` and shown. */
export const deploymentAggregate: Aggregate<DeploymentState, DeploymentCommand, DeploymentEvent, DeploymentRejection> =
  {
    category: 'deployment',
    decider: deploymentDecider,
    encode,
    decode,
    documents: documentsOf,
    jobs: startJobsOf,
    quotas: {
      claims: claimsOf,
      holds: holdingsOf,
      refuse: ({ limit, quota, used }) => ({ code: 'quota-exhausted', quota, used, limit }),
    },
    snapshots: {
      schemaVersion: STATE_SCHEMA_VERSION,
      everyEvents: SNAPSHOT_EVERY_EVENTS,
      save: (state) => state as unknown as Json,
      restore: (saved) => saved as unknown as DeploymentState,
    },
  };

/** The private data of a public fact is its public data; who, when and why is in the envelope of both. */
function encode(event: DeploymentEvent): NewEvent {
  const { type, origin: _inEnvelope, ...data } = event;
  const fact = PUBLIC_FACTS[type];
  return {
    type,
    schemaVersion: EVENT_SCHEMA_VERSION,
    data,
    ...(fact === undefined ? {} : { publicForm: { type: eventTypeOf('deployment', fact) } }),
  };
}

function decode(recorded: RecordedEvent): DeploymentEvent {
  const { actor, correlationId, occurredAt } = recorded.context;
  const origin = { at: occurredAt, by: actor, correlationId };
  return { ...(upcast(recorded) as object), type: recorded.type, origin } as DeploymentEvent;
}

/** Older shapes become the newest one here, one step per version. */
function upcast(recorded: RecordedEvent): unknown {
  if (recorded.schemaVersion === EVENT_SCHEMA_VERSION && Object.hasOwn(PUBLIC_FACTS, recorded.type))
    return recorded.data;
  throw unreadableEvent(recorded);
}
