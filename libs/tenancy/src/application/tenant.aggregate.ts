import { eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import type { TenantCommand, TenantRejection } from '../domain/tenant.commands.js';
import { tenantDecider } from '../domain/tenant.decide.js';
import type { TenantEvent } from '../domain/tenant.events.js';
import type { TenantState } from '../domain/tenant.state.js';
import {
  TENANCY_COLLECTIONS,
  type InvitationDocument,
  type MemberDocument,
  type QuotaDocument,
} from './tenancy-documents.js';

const SCHEMA_VERSION = 1;

const FACTS = {
  TenantCreated: 'tenant-created',
  MemberInvited: 'member-invited',
  InvitationRevoked: 'invitation-revoked',
  MemberAdded: 'member-added',
  MemberRoleChanged: 'member-role-changed',
  MemberRemoved: 'member-removed',
  QuotasChanged: 'quotas-changed',
} as const satisfies Record<TenantEvent['type'], string>;

type TenantAggregate = Aggregate<TenantState, TenantCommand, TenantEvent, TenantRejection>;

/** What an invitation is compared with, to be written beside the fact of it. */
export type InvitationSecret = InvitationDocument & { readonly invitationId: string };

/** How tenants are decided and stored, in `tenant-<id>`. Each member has a document of its own. */
export function tenantAggregate(secret?: InvitationSecret): TenantAggregate {
  return {
    category: 'tenant',
    decider: tenantDecider,
    encode,
    decode,
    documents: (state, events, { tenantId }) => [
      ...membersOf(state, events),
      ...(events.some(({ type }) => type === 'QuotasChanged') ? quotasOf(state, tenantId) : []),
      ...(secret === undefined ? [] : [invitation(secret)]),
    ],
    snapshots: {
      schemaVersion: 1,
      everyEvents: 200,
      save: (state) => state as unknown as Json,
      restore: (saved) => saved as unknown as TenantState,
    },
  };
}

/** The members that an append is about: the others are as they were. */
function membersOf(state: TenantState, events: readonly TenantEvent[]): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const changed = new Set(events.map((event) => ('principalId' in event ? event.principalId : undefined)));
  return state.members
    .filter(({ principalId }) => changed.has(principalId))
    .map(({ principalId: id, role, status, username }) => {
      const body: MemberDocument = { id, username, role, status };
      return { collection: TENANCY_COLLECTIONS.member, id, body };
    });
}

function quotasOf(state: TenantState, tenantId: string): readonly NewDocument[] {
  if (state.status === 'absent' || state.ceilings === undefined) return [];
  const body: QuotaDocument = { ceilings: state.ceilings };
  return [{ collection: TENANCY_COLLECTIONS.quota, id: tenantId, body }];
}

function invitation({ hash, invitationId: id, role }: InvitationSecret): NewDocument {
  const body: InvitationDocument = { hash, role };
  return { collection: TENANCY_COLLECTIONS.invitation, id, body };
}

function encode(event: TenantEvent): NewEvent {
  const { type, ...data } = event;
  return { type, schemaVersion: SCHEMA_VERSION, data, publicForm: { type: eventTypeOf('tenancy', FACTS[type]) } };
}

function decode(recorded: RecordedEvent): TenantEvent {
  const { data, schemaVersion, type } = recorded;
  if (!(type in FACTS) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as TenantEvent;
}
