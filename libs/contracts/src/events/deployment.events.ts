import { z } from 'zod';
import { REMEDIATION_MODES, SCAN_TYPES } from '../drift-policy.js';
import { DesiredState, JsonRecord } from '../desired-state.js';
import { Failure } from '../failure.js';
import { AppliedUnit, Digest } from '../plan.js';
import { Priority } from '../priority.js';
import { RunEffects } from '../run-effects.js';
import { RUN_KINDS } from '../run-states.js';

const RunKind = z.enum(RUN_KINDS);
const inRun = { deploymentId: z.string(), runId: z.string() };

/** Public facts about deployments and their runs, by fact name. */
export const DEPLOYMENT_EVENTS = {
  'deployment-created': z.object({ deploymentId: z.string(), revision: z.int(), desired: DesiredState }),
  'deployment-changed': z.object({ deploymentId: z.string(), revision: z.int(), desired: DesiredState }),
  'deployment-deleted': z.object({ deploymentId: z.string() }),
  'run-requested': z.object({
    ...inRun,
    kind: RunKind,
    /** The revision of the desired state that the run goes to. */
    revision: z.int(),
    reason: z.string(),
  }),
  /** Asks the planner for a plan. Carries all that planning needs to know about the deployment. */
  'run-planning-started': z.object({
    ...inRun,
    kind: RunKind,
    revision: z.int(),
    /** Counts the plannings of one run, from 1. An answer to an older round is ignored. */
    round: z.int(),
    desired: DesiredState,
    applied: z.array(AppliedUnit),
  }),
  'run-planned': z.object({
    ...inRun,
    planDigest: Digest,
    /** When it may begin as it looks now; absent: at once. */
    startsAt: z.string().optional(),
    /** What the deployment costs a month when the run has completed; absent in facts of before it was recorded. */
    costPerMonth: z.number().nonnegative().optional(),
  }),
  'run-awaiting-approval': z.object({ ...inRun, planDigest: Digest }),
  'run-approved': z.object({
    ...inRun,
    planDigest: Digest,
    approvedBy: z.string(),
    /** When it may begin; absent: now. */
    startsAt: z.string().optional(),
  }),
  'run-rejected': z.object({ ...inRun, reason: z.string() }),
  /** Asks the executor to apply the approved plan. */
  'run-started': z.object({
    ...inRun,
    kind: RunKind,
    planDigest: Digest,
    onFailure: z.enum(['rollback', 'keep', 'pause']),
    priority: Priority.default('normal'),
    applied: z.array(AppliedUnit),
  }),
  'run-verifying': z.object(inRun),
  'run-completed': z.object({
    ...inRun,
    kind: RunKind,
    revision: z.int(),
    applied: z.array(AppliedUnit),
    outputs: JsonRecord,
  }),
  'run-failed': z.object({ ...inRun, failure: Failure, applied: z.array(AppliedUnit) }),
  /** Asks the executor to stop what runs. */
  'run-cancelling': z.object({ ...inRun, reason: z.string() }),
  'run-cancelled': z.object({ ...inRun, reason: z.string(), applied: z.array(AppliedUnit), effects: RunEffects }),
  /** `asked` = a person asked: the executor starts the rollback. Otherwise the executor already does it. */
  'run-rollback-started': z.object({
    ...inRun,
    reason: z.string(),
    asked: z.boolean(),
    /** What went wrong before, where something did. */
    failure: Failure.optional(),
  }),
  'run-rolled-back': z.object({ ...inRun, applied: z.array(AppliedUnit) }),
  'run-retried': z.object({ ...inRun }),
  /** Somebody looked at the world and says what became of a task whose outcome was unknown. */
  'run-task-resolved': z.object({
    ...inRun,
    taskId: z.string(),
    outcome: z.enum(['done', 'not_done']),
    /** What was seen. */
    evidence: z.string(),
    resolvedBy: z.string(),
  }),
  /** Asks the drift detector to compare the world with what was applied. */
  'drift-scan-requested': z.object({
    deploymentId: z.string(),
    scanId: z.string(),
    autoRemediate: z.boolean(),
    /** Absent: somebody asked. */
    scanType: z.enum(SCAN_TYPES).optional(),
    /** The scan whose findings a run has put right, where this one looks whether they are gone. */
    verifies: z.object({ scanId: z.string(), runId: z.string() }).optional(),
    /** The newest run, where it did not get through, and the names of the resources that it was to change. */
    unfinished: z.object({ runId: z.string(), resources: z.array(z.string()) }).optional(),
    applied: z.array(AppliedUnit),
  }),
  /** A run was requested to put right what a scan found. */
  'drift-remediation-requested': z.object({ ...inRun, scanId: z.string(), mode: z.enum(REMEDIATION_MODES) }),
  /** What a scan found was not put right, or nobody looked whether it is gone; another scan says so otherwise. */
  'drift-remediation-ended': z.object({
    deploymentId: z.string(),
    scanId: z.string(),
    /** Absent: there never was one. */
    runId: z.string().optional(),
    /** `refused`: no run was requested; `failed`: it did not get through; `unverified`: it did. */
    outcome: z.enum(['refused', 'failed', 'unverified']),
    reason: z.string(),
  }),
} as const;
