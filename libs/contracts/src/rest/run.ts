import { z } from 'zod';
import { JsonRecord } from '../desired-state.js';
import { Failure } from '../failure.js';
import { JsonValue } from '../json-value.js';
import { ChangeAction, Digest } from '../plan.js';
import { RunEffects } from '../run-effects.js';
import { RUN_COMMANDS, RUN_KINDS, RUN_STATES } from '../run-states.js';
import { TASK_STATES } from '../task-states.js';
import { Links, pageOf, PageQuery, PartQuery, sortBy } from './page.js';

/** A run as the API shows it. */
export const RunResource = z.object({
  id: z.string(),
  deploymentId: z.string(),
  kind: z.enum(RUN_KINDS),
  state: z.enum(RUN_STATES),
  /** The revision of the desired state that it goes to. */
  revision: z.int(),
  reason: z.string(),
  /** How often it was planned. */
  round: z.int(),
  planDigest: Digest.optional(),
  /** 0 to 100; never falls. */
  progress: z.int(),
  failure: Failure.optional(),
  /** It failed, and what machines ask for (pushes, remediation) waits until a person has decided. */
  paused: z.literal(true).optional(),
  /** When it may begin, where a schedule makes it wait. */
  startsAt: z.string().optional(),
  /** Of a cancelled run: what it did to the world before it stopped. */
  effects: RunEffects.optional(),
  requestedAt: z.string(),
  /** Principal id, or `service:<name>`. */
  requestedBy: z.string(),
  correlationId: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  /** What can be asked of it now. */
  allowed: z.array(z.enum(RUN_COMMANDS)),
  links: Links,
});

/** A task of a run as the API shows it; further members say what the engine left. */
export const TaskResource = z.looseObject({
  id: z.string(),
  unitId: z.string(),
  /** What happens to each resource of the unit; its `type` is in the words of the engine, such as `network`. */
  resources: z.array(z.object({ address: z.string(), type: z.string(), action: ChangeAction })),
  state: z.enum(TASK_STATES),
  attempt: z.int(),
  /** What it waits for outside; only while it does. */
  waiting: z
    .looseObject({
      reason: z.string(),
      since: z.string(),
      /** When it is looked at again at the latest. */
      until: z.string(),
      /** Whether a callback may end it: `GET /tasks/{id}/callback`. */
      callback: z.boolean(),
    })
    .optional(),
});

/** What can become of an attempt. */
const ATTEMPT_STATES = ['running', 'waiting', 'unknown', 'succeeded', 'resolved', 'failed', 'timed_out'] as const;

/** One try of a task. */
export const AttemptResource = z.object({
  id: z.string(),
  taskId: z.string(),
  runId: z.string(),
  unitId: z.string(),
  phase: z.enum(['apply', 'rollback']),
  /** Which start of the run, from 1: a retry of the run is the next one. */
  cycle: z.int(),
  attempt: z.int(),
  /** `unknown`: what became of it is looked for. `resolved`: it was lost, and the world showed that it was done. */
  state: z.enum(ATTEMPT_STATES),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  failure: Failure.optional(),
  /** What others may refer to, by resource address. */
  outputs: JsonRecord.optional(),
  /** The engine's proof of what was done. */
  evidence: JsonRecord.optional(),
  links: Links,
});

/** What became of the approval that a plan of a run needed. */
export const APPROVAL_STATES = ['pending', 'approved', 'rejected', 'superseded'] as const;

/** An approval that a plan of a run needed, or was given by policy. */
export const ApprovalResource = z.object({
  runId: z.string(),
  planDigest: Digest,
  /** `superseded`: the run was planned anew, or ended, before anybody decided. */
  state: z.enum(APPROVAL_STATES),
  /** When the plan began to wait. Absent: policy approved it at once. */
  requestedAt: z.string().optional(),
  decidedAt: z.string().optional(),
  /** Principal id, or `policy:<name>`. */
  decidedBy: z.string().optional(),
  /** Why it was turned down. */
  reason: z.string().optional(),
});

/** The approvals of a run, oldest first: one per plan. */
export const ApprovalsAnswer = pageOf(ApprovalResource);

/** Query of the approvals of a run. */
export const ApprovalListQuery = PartQuery.extend({
  sort: sortBy('time', 'ascending'),
  state: z.enum(APPROVAL_STATES).optional(),
});

/** Attempts of a task, oldest first. */
export const AttemptsAnswer = pageOf(AttemptResource);

/** Query of the attempts of a task. */
export const AttemptListQuery = PartQuery.extend({
  sort: sortBy('startedAt', 'ascending'),
  state: z.enum(ATTEMPT_STATES).optional(),
});

/** Lines of one page of a log. */
export const LOG_LINES_MAX = 1_000;

/** Which part of a log, and how long to wait for it. */
export const LogQuery = z.strictObject({
  /** Number of the first line, from 0. */
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(LOG_LINES_MAX).default(LOG_LINES_MAX),
  /** While the attempt runs: wait so long for a line. */
  waitSeconds: z.coerce.number().int().min(0).max(10).default(0),
});

/** Part of what a tool said, secrets removed. */
export const LogAnswer = z.object({
  lines: z.array(z.string()),
  offset: z.int(),
  /** Ask on with it. */
  nextOffset: z.int(),
  /** The attempt is over and nothing comes after these lines. */
  complete: z.boolean(),
});

/** Where a task that waits is called back. The path is a secret: whoever knows it can end the wait. */
export const CallbackAddress = z.object({
  /** To be joined to the address of the installation's webhooks. */
  path: z.string(),
  /** When the wait ends without a callback. */
  expiresAt: z.string(),
});

/** The machine of the run: `GET /run-states`. */
export const RunStates = z.object({
  states: z.array(z.enum(RUN_STATES)),
  final: z.array(z.enum(RUN_STATES)),
  settled: z.array(z.enum(RUN_STATES)),
  commands: z.array(z.enum(RUN_COMMANDS)),
  transitions: z.array(
    z.object({
      from: z.enum(RUN_STATES),
      to: z.enum(RUN_STATES),
      command: z.enum(RUN_COMMANDS).optional(),
      when: z.string(),
    }),
  ),
});

/** What came of computing a plan again from its recorded inputs. */
export const PlanRecomputation = z.object({
  digest: Digest,
  /** Empty when there is no plan any more. */
  recomputed: z.union([Digest, z.literal('')]),
  /** Byte for byte. */
  same: z.boolean(),
  /** Where they differ, as JSON pointers into the plan. */
  differences: z.array(
    z.object({ pointer: z.string(), recorded: JsonValue.optional(), recomputed: JsonValue.optional() }),
  ),
});

/** Body of an approval: the digest that the approver saw. */
export const ApproveRequest = z.strictObject({ planDigest: Digest });

/** Body of the resolution of a task whose outcome is unknown: what became of it, and what was seen. */
export const ResolveTaskRequest = z.strictObject({
  outcome: z.enum(['done', 'not_done']),
  evidence: z.string().trim().min(1).max(2_000),
});

/** Body of commands that may say why. */
export const ReasonRequest = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() }).optional();

/** Which runs are listed, and which part of the list. */
export const RunListQuery = PageQuery.extend({
  sort: sortBy('requestedAt'),
  state: z.enum(RUN_STATES).optional(),
  kind: z.enum(RUN_KINDS).optional(),
  deploymentId: z.uuid().optional(),
});

/** Which runs of one deployment are listed. */
export const DeploymentRunListQuery = RunListQuery.omit({ deploymentId: true });

/** Which tasks of a run are listed. */
export const TaskListQuery = PageQuery.extend({ sort: sortBy('id'), state: z.enum(TASK_STATES).optional() });

/** Body of commands that need nothing: none, or an empty object. */
export const EmptyRequest = z.strictObject({}).optional();

/** Which runs of one deployment are listed. */
export type DeploymentRunListQuery = z.infer<typeof DeploymentRunListQuery>;
/** Which tasks of a run are listed. */
export type TaskListQuery = z.infer<typeof TaskListQuery>;
/** Which attempts of a task are listed. */
export type AttemptListQuery = z.infer<typeof AttemptListQuery>;
/** Which approvals of a run are listed. */
export type ApprovalListQuery = z.infer<typeof ApprovalListQuery>;
/** Which runs are listed. */
export type RunListQuery = z.infer<typeof RunListQuery>;
/** A run as the API shows it. */
export type RunResource = z.infer<typeof RunResource>;
/** An approval as the API shows it. */
export type ApprovalResource = z.infer<typeof ApprovalResource>;
/** One try of a task. */
export type AttemptResource = z.infer<typeof AttemptResource>;
/** Part of what a tool said. */
export type LogAnswer = z.infer<typeof LogAnswer>;
/** Which part of a log. */
export type LogQuery = z.infer<typeof LogQuery>;
/** Where a task that waits is called back. */
export type CallbackAddress = z.infer<typeof CallbackAddress>;
/** A task as the API shows it. */
export type TaskResource = z.infer<typeof TaskResource>;
/** What came of computing a plan again. */
export type PlanRecomputation = z.infer<typeof PlanRecomputation>;
