import { eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import { unreachable } from '@caisson/kernel';
import type { TenantCommand, TenantRejection } from '../domain/tenant.commands.js';
import type { TenantEvent } from '../domain/tenant.events.js';
import { tenantDecider } from '../domain/tenant.decide.js';
import type { TenantState } from '../domain/tenant.state.js';
import { TENANCY_COLLECTIONS, type MemberDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;

/** How tenants are decided and stored, in `tenant-<id>`. Each member has a document of its own. */
export const tenantAggregate: Aggregate<TenantState, TenantCommand, TenantEvent, TenantRejection> = {
  category: 'tenant',
  decider: tenantDecider,
  encode,
  decode,
  documents: documentsOf,
};

/** Of the members that an append is about: the others are as they were. */
function documentsOf(state: TenantState, events: readonly TenantEvent[]): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const changed = new Set(events.map((event) => ('principalId' in event ? event.principalId : undefined)));
  return state.members
    .filter(({ principalId }) => changed.has(principalId))
    .map(({ principalId: id, role, username }) => {
      const body: MemberDocument = { id, username, role };
      return { collection: TENANCY_COLLECTIONS.member, id, body };
    });
}

function encode(event: TenantEvent): NewEvent {
  const { type, ...data } = event;
  return { type, schemaVersion: SCHEMA_VERSION, data, publicForm: { type: publicTypeOf(event) } };
}

function publicTypeOf(event: TenantEvent): string {
  switch (event.type) {
    case 'TenantCreated':
      return eventTypeOf('tenancy', 'tenant-created');
    case 'MemberAdded':
      return eventTypeOf('tenancy', 'member-added');
    default:
      return unreachable(event, 'tenant event');
  }
}

function decode(recorded: RecordedEvent): TenantEvent {
  const { data, schemaVersion, type } = recorded;
  const isKnown = type === 'TenantCreated' || type === 'MemberAdded';
  if (!isKnown || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as TenantEvent;
}
