import { eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import type { IgnoreRule } from '../domain/ignore-rules.js';
import {
  ignoresDecider,
  type IgnoresCommand,
  type IgnoresEvent,
  type IgnoresRejection,
  type IgnoresState,
} from '../domain/ignores.decide.js';

const SCHEMA_VERSION = 1;

/** Collection of what is ignored, by deployment id. */
export const DRIFT_IGNORES = 'drift-ignores';

/** What is ignored in a deployment, as it is read. */
export interface IgnoresView {
  readonly deploymentId: string;
  readonly rules: readonly IgnoreRule[];
}

/** How it is decided what is ignored in a deployment, stored in `drift_ignores-<deploymentId>` and shown. */
export const ignoresAggregate: Aggregate<IgnoresState, IgnoresCommand, IgnoresEvent, IgnoresRejection> = {
  category: 'drift_ignores',
  decider: ignoresDecider,
  encode: ({ type, ...data }): NewEvent => {
    const fact = type === 'RuleAdded' ? 'ignore-rule-added' : 'ignore-rule-removed';
    const publicForm = { type: eventTypeOf('drift', fact), data: { ...data } as unknown as JsonObject };
    return { type, schemaVersion: SCHEMA_VERSION, data: publicForm.data, publicForm };
  },
  decode,
  documents: documentsOf,
};

function decode(recorded: RecordedEvent): IgnoresEvent {
  const { data, schemaVersion, type } = recorded;
  const isKnown = type === 'RuleAdded' || type === 'RuleRemoved';
  if (!isKnown || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as IgnoresEvent;
}

function documentsOf({ rules }: IgnoresState, events: readonly IgnoresEvent[]): readonly NewDocument[] {
  return events.slice(-1).map(({ deploymentId }) => {
    const view: IgnoresView = { deploymentId, rules };
    return { collection: DRIFT_IGNORES, id: deploymentId, body: view as unknown as JsonObject };
  });
}
