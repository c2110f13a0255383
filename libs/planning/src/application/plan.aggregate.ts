import { eventTypeOf, type Plan } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type DocumentContext,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import { planDecider, type PlanCommand, type PlanRejection, type PlanState } from '../domain/plan.decide.js';
import { PUBLIC_FACTS, type PlanEvent } from '../domain/plan.events.js';

/** Shape of an event's data; raise it with an upcaster in `upcast`. */
const EVENT_SCHEMA_VERSION = 1;

/** The collection of plans, by digest. */
export const PLAN_COLLECTION = 'plan';

/** The collection of what plans follow from, by the digest of the plan. */
export const PLAN_INPUTS_COLLECTION = 'plan-inputs';

/** Collection `plan`, by digest. */
export type PlanView = {
  /** The digest. */
  readonly id: string;
  readonly runId: string;
  readonly deploymentId: string;
  /** Which planning of the run it came from, from 1. */
  readonly round: number;
  readonly computedAt: string;
  readonly plan: Plan;
};

/** How the plan of a run is decided, stored in `plan-<runId>` and shown. */
export const planAggregate: Aggregate<PlanState, PlanCommand, PlanEvent, PlanRejection> = {
  category: 'plan',
  decider: planDecider,
  encode,
  decode,
  documents: documentsOf,
};

function encode({ type, ...data }: PlanEvent): NewEvent {
  const fact = PUBLIC_FACTS[type];
  const event = { type, schemaVersion: EVENT_SCHEMA_VERSION, data };
  return fact === undefined ? event : { ...event, publicForm: { type: eventTypeOf('planning', fact) } };
}

function decode(recorded: RecordedEvent): PlanEvent {
  return { ...(upcast(recorded) as object), type: recorded.type } as PlanEvent;
}

/** Older shapes become the newest one here, one step per version. */
function upcast(recorded: RecordedEvent): unknown {
  if (recorded.schemaVersion === EVENT_SCHEMA_VERSION && Object.hasOwn(PUBLIC_FACTS, recorded.type))
    return recorded.data;
  throw unreadableEvent(recorded);
}

function documentsOf(
  _state: PlanState,
  events: readonly PlanEvent[],
  { occurredAt }: DocumentContext,
): readonly NewDocument[] {
  return events.flatMap((event) => {
    if (event.type === 'PlanInputsRecorded') {
      const body = event.inputs as unknown as JsonObject;
      return [{ collection: PLAN_INPUTS_COLLECTION, id: event.digest, body }];
    }
    if (event.type !== 'PlanComputed') return [];
    const { deploymentId, plan, round, runId } = event;
    const view: PlanView = { id: plan.digest, runId, deploymentId, round, computedAt: occurredAt, plan };
    return [{ collection: PLAN_COLLECTION, id: plan.digest, body: view as unknown as JsonObject }];
  });
}
