import { z } from 'zod';
import { DESIRED_STATE_LIMITS, DesiredState, JsonRecord, PushTrigger, ResourceName } from '../desired-state.js';
import { AppliedResource } from '../plan.js';
import { RUN_STATES } from '../run-states.js';
import { Links, pageOf, PageQuery, PartQuery, sortBy } from './page.js';
import { RunResource } from './run.js';

const DEPLOYMENT_STATUSES = [...RUN_STATES, 'deleting', 'deleted'] as const;

/** A deployment in a list. */
export const DeploymentSummary = z.object({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  /** State of its newest run, or that it goes. */
  status: z.enum(DEPLOYMENT_STATUSES),
  /** The newest revision of what is desired. */
  revision: z.int(),
  /** The revision that the world was last brought to. */
  currentRevision: z.int().optional(),
  /** Id of the newest run. */
  currentRun: z.string(),
  outputs: JsonRecord,
  resources: z.array(z.object({ address: z.string(), type: z.string(), engine: z.string(), unitId: z.string() })),
  triggers: z.array(PushTrigger),
  createdAt: z.string(),
  updatedAt: z.string(),
  links: Links,
});

/** One deployment, with what is desired. Its version is the `ETag`. */
export const DeploymentResource = DeploymentSummary.extend({ desired: DesiredState });

/** Query of the list of deployments. */
export const DeploymentListQuery = PageQuery.extend({
  sort: sortBy('createdAt'),
  status: z.enum(DEPLOYMENT_STATUSES).optional(),
  environment: z.enum(['development', 'staging', 'production']).optional(),
  name: z.string().min(1).max(63).optional(),
});

/** A version of what is desired. */
export const RevisionResource = z.object({
  deploymentId: z.string(),
  revision: z.int(),
  digest: z.string(),
  desired: DesiredState,
  createdAt: z.string(),
  /** When a run to it completed last: it can be gone back to. */
  completedAt: z.string().optional(),
});

/** Query of the list of revisions. */
export const RevisionListQuery = PageQuery.extend({ sort: sortBy('revision') });

/** One resource that is applied, as its engine left it, and the unit that it is part of. */
export const DeployedResource = AppliedResource.extend({
  unitId: z.string(),
  engine: z.string(),
  provider: z.string(),
  region: z.string().optional(),
  /** The run that last changed the unit. */
  runId: z.string(),
});

/** What is applied, as the engines left it. */
export const ResourcesAnswer = pageOf(DeployedResource);

/** Query of the list of what is applied. */
export const ResourceListQuery = PartQuery.extend({
  sort: sortBy('address', 'ascending'),
  engine: z.string().min(1).max(63).optional(),
  unitId: z.string().min(1).max(80).optional(),
});

/** The outputs of a deployment. */
export const OutputsAnswer = z.object({ outputs: JsonRecord });

/** The answer to a command: recorded, not yet done. `version` is the stream's after it. */
export const CommandAnswer = z.object({
  deployment: DeploymentSummary,
  /** Absent where the command needed no run. */
  run: RunResource.optional(),
  stream: z.string(),
  version: z.int(),
});

/** Body of a rollback. Without a number: a failed run is undone, else the completed revision before the current one. */
export const RollbackRequest = z
  .strictObject({
    toRevision: z.int().min(1).max(1_000_000).optional(),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .optional();

/** Body of a scaling: how many copies of which resource. Copies go newest first. */
export const ScaleRequest = z.strictObject({
  resource: ResourceName,
  count: z.int().min(1).max(DESIRED_STATE_LIMITS.copiesMax),
  reason: z.string().trim().min(1).max(500).optional(),
});

/** Body of a configuration: JSON merge patches (RFC 7396) of named resources. */
export const ConfigureRequest = z.strictObject({
  resources: z
    .record(
      ResourceName,
      z.strictObject({
        properties: JsonRecord.optional(),
        tags: z.record(z.string().max(128), z.string().max(256).nullable()).optional(),
      }),
    )
    .refine((resources) => Object.keys(resources).length > 0, 'must name a resource'),
  reason: z.string().trim().min(1).max(500).optional(),
});

/** One recorded fact, with the ids that tell why it happened. */
export const HistoryEntry = z.object({
  id: z.string(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  /** Version in its stream. */
  sequence: z.int(),
  time: z.string(),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  data: JsonRecord,
});

/** A history in the order of time. `complete` is false when only the newest part fits. */
export const HistoryAnswer = pageOf(HistoryEntry).extend({ complete: z.boolean() });

/** Query of a history. */
export const HistoryQuery = PartQuery.extend({
  sort: sortBy('time', 'ascending'),
  type: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Only facts of this type, such as caisson.deployment.run-failed.v1.'),
});

/** A version of what is desired. */
export type RevisionResource = z.infer<typeof RevisionResource>;
/** A deployment in a list. */
export type DeploymentSummary = z.infer<typeof DeploymentSummary>;
/** One deployment, with what is desired. */
export type DeploymentResource = z.infer<typeof DeploymentResource>;
/** The query of a list of what is applied, checked. */
export type ResourceListQuery = z.infer<typeof ResourceListQuery>;
/** The query of a history, checked. */
export type HistoryQuery = z.infer<typeof HistoryQuery>;
/** The query of a list of revisions, checked. */
export type RevisionListQuery = z.infer<typeof RevisionListQuery>;
/** The query of a list of deployments, checked. */
export type DeploymentListQuery = z.infer<typeof DeploymentListQuery>;
/** One resource that is applied. */
export type DeployedResource = z.infer<typeof DeployedResource>;
/** The answer to a command. */
export type CommandAnswer = z.infer<typeof CommandAnswer>;
/** One recorded fact. */
export type HistoryEntry = z.infer<typeof HistoryEntry>;
