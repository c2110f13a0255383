import { DEPLOYMENT_COLLECTIONS, type RunView } from '@caisson/deployment';
import { breakerIdOf } from '@caisson/drift';
import type { DocumentStore } from '@caisson/event-sourcing';

/** What a read is about: its tenant, and the first thing that its address names. */
export interface ReadTarget {
  readonly tenantId: string;
  readonly id: string;
}

type StreamOf = (target: ReadTarget, documents: DocumentStore) => string | Promise<string | undefined>;

/** The streams that answers to reads follow from, by kind. Undefined: there is no such thing. */
export const READ_STREAMS = {
  deployment: ({ id }) => `deployment-${id}`,
  /** A run is part of its deployment. */
  run: async ({ id, tenantId }, documents) => {
    const run = await documents.get<RunView>(tenantId, DEPLOYMENT_COLLECTIONS.run, id);
    return run === undefined ? undefined : `deployment-${run.body.deploymentId}`;
  },
  /** Tasks and attempts: their ids begin with that of their run. */
  execution: ({ id }) => `execution-${id.split('/')[0] ?? ''}`,
  scan: ({ id }) => `scan-${id}`,
  schedule: ({ id }) => `drift_schedule-${id}`,
  ignores: ({ id }) => `drift_ignores-${id}`,
  breaker: ({ id, tenantId }) => `drift_breaker-${breakerIdOf(tenantId, id)}`,
  key: ({ id }) => `key-${id}`,
  webhook: ({ id }) => `webhook-${id}`,
  credential: ({ id }) => `credential-${id}`,
  /** Members, invitations and quotas are kept by their tenant. */
  tenant: ({ tenantId }) => `tenant-${tenantId}`,
} as const satisfies Readonly<Record<string, StreamOf>>;

/** A kind of stream that reads follow from. */
export type ReadStream = keyof typeof READ_STREAMS;
