import { EntitySchema } from 'typeorm';
import type { JsonObject } from '@caisson/kernel';

/** A row of `document`: the newest state of one thing, written by the append that changed it. */
export interface DocumentRow {
  readonly tenantId: string;
  readonly collection: string;
  readonly id: string;
  /** A bigint, as text. */
  readonly version: string;
  readonly body: JsonObject;
}

/** How TypeORM reads the read models. */
export const DOCUMENT_ENTITY = new EntitySchema<DocumentRow>({
  name: 'document',
  columns: {
    tenantId: { name: 'tenant_id', type: 'text', primary: true },
    collection: { type: 'text', primary: true },
    id: { type: 'text', primary: true },
    version: { type: 'bigint' },
    body: { type: 'jsonb' },
  },
});
