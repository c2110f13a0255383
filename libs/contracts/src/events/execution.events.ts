import { z } from 'zod';
import { JsonRecord } from '../desired-state.js';
import { Failure } from '../failure.js';
import { AppliedUnit, ChangeAction, Digest } from '../plan.js';
import { RunEffects } from '../run-effects.js';

const inRun = { deploymentId: z.string(), runId: z.string() };

/** `phase` tells a unit's own change from the one that undoes it; together they make the task. */
const ofTask = { ...inRun, taskId: z.string(), unitId: z.string(), phase: z.enum(['apply', 'rollback']) };
const ofAttempt = { ...ofTask, attempt: z.int().min(1), fencingToken: z.int() };

/** Public facts about the execution of a run, by fact name. */
export const EXECUTION_EVENTS = {
  'execution-started': z.object({ ...inRun, planDigest: Digest, units: z.array(z.string()) }),
  'task-queued': z.object({ ...ofTask, action: ChangeAction }),
  'task-started': z.object({ ...ofAttempt, actionKey: z.string() }),
  'task-succeeded': z.object({
    ...ofAttempt,
    /** The unit as the engine left it; absent after a delete. */
    applied: AppliedUnit.optional(),
    evidence: JsonRecord,
  }),
  'task-failed': z.object({ ...ofAttempt, failure: Failure, applied: AppliedUnit.optional() }),
  'task-timed-out': z.object({ ...ofAttempt, timeoutMs: z.int() }),
  'task-retrying': z.object({ ...ofTask, attempt: z.int(), delayMs: z.int() }),
  /** The change goes on without us; a callback may end the wait where it says so. */
  'task-waiting': z.object({ ...ofAttempt, reason: z.string(), until: z.string(), callback: z.boolean() }),
  'task-cancelled': z.object({ ...ofTask, reason: z.string() }),
  'task-outcome-unknown': z.object({ ...ofAttempt, reason: z.string() }),
  'task-resolved': z.object({
    ...ofTask,
    outcome: z.enum(['done', 'not_done']),
    applied: AppliedUnit.optional(),
    evidence: JsonRecord,
    /** The person who looked; absent when it was Caisson itself. */
    resolvedBy: z.string().optional(),
  }),
  /** Every unit was applied; verification begins. */
  'execution-applied': z.object(inRun),
  'execution-verified': z.object({
    ...inRun,
    applied: z.array(AppliedUnit),
    outputs: JsonRecord,
  }),
  'execution-failed': z.object({ ...inRun, failure: Failure, applied: z.array(AppliedUnit) }),
  'execution-cancelled': z.object({
    ...inRun,
    applied: z.array(AppliedUnit),
    effects: RunEffects,
    failure: Failure.optional(),
  }),
  'rollback-started': z.object({ ...inRun, failure: Failure, units: z.array(z.string()) }),
  'execution-rolled-back': z.object({ ...inRun, applied: z.array(AppliedUnit) }),
  'rollback-failed': z.object({ ...inRun, failure: Failure, applied: z.array(AppliedUnit) }),
} as const;
