import { eventTypeOf, type PlanningTableName, type PriceBook, type TypeTable } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type DocumentContext,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import { deterministicId, type JsonObject } from '@caisson/kernel';
import { tableDecider, type TableCommand, type TableRejection, type TableState } from '../domain/table.decide.js';
import type { TableEvent } from '../domain/table.events.js';

const EVENT_SCHEMA_VERSION = 1;
const CURRENT = 'current';

/** Collections `type-table` and `price-book`: `current`, and every version by its number. */
export type TableView = {
  readonly version: number;
  readonly digest: string;
  readonly content: TypeTable | PriceBook;
  readonly replacedAt: string;
  readonly replacedBy: string;
};

/** How the tables of a tenant are decided, stored in `planning_table-<id>` and shown. */
export const tableAggregate: Aggregate<TableState, TableCommand, TableEvent, TableRejection> = {
  category: 'planning_table',
  decider: tableDecider,
  encode,
  decode,
  documents: documentsOf,
};

/** The id of a tenant's table. */
export function tableIdOf(tenantId: string, table: PlanningTableName): string {
  return deterministicId('planning-table', tenantId, table);
}

/** The id of a version's document; without a version that of the newest. */
export function tableDocumentId(version?: number): string {
  return version === undefined ? CURRENT : `v${version}`;
}

function encode({ type, ...data }: TableEvent): NewEvent {
  const fact = data.table === 'type-table' ? 'type-table-replaced' : 'price-book-replaced';
  const { content, digest, replacedBy, version } = data;
  const publicForm = { type: eventTypeOf('planning', fact), data: { version, digest, replacedBy, content } };
  return { type, schemaVersion: EVENT_SCHEMA_VERSION, data, publicForm };
}

function decode(recorded: RecordedEvent): TableEvent {
  const { data, schemaVersion, type } = recorded;
  if (type !== 'TableReplaced' || schemaVersion !== EVENT_SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as TableEvent;
}

function documentsOf(
  _state: TableState,
  events: readonly TableEvent[],
  { occurredAt }: DocumentContext,
): readonly NewDocument[] {
  return events.flatMap(({ content, digest, replacedBy, table, version }) => {
    const view: TableView = { version, digest, content, replacedAt: occurredAt, replacedBy };
    const body = view as unknown as JsonObject;
    return [
      { collection: table, id: tableDocumentId(), body },
      { collection: table, id: tableDocumentId(version), body },
    ];
  });
}
