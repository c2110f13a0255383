import { decodeEvent, type EventEnvelope, type EventOf } from '@caisson/contracts';
import type { ClaimedJob, JobVerdict } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import type { ExecutionPorts } from './ports.js';
import { parseRequestRef } from './react-to-deployment.js';
import { recordCallback } from './record-callback.js';
import { requestCancel } from './request-cancel.js';
import { resolveTask } from './resolve-task.js';
import { isOpen, waitsOnly } from '../domain/execution.state.js';
import { askingEventOf, startNotBegun } from './asking-event.js';
import { runExecution, type AskingEvent } from './run-execution.js';
import { timedTask } from './wait-timers.js';

/** One claim of a job. */
export interface JobTry {
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** Nobody will try again. */
  readonly lastTry: boolean;
  /** Runs what follows from a fact, as part of its story. Default: just runs it. */
  within?(cause: EventEnvelope, work: () => Promise<JobVerdict>): Promise<JobVerdict>;
}

/**
 * Does the work of a job that `jobFor` made: finds the fact that asked for it and acts on it.
 *
 * @throws Fault `request-missing` when the fact is not in the store, and whatever the work throws.
 */
export async function workOffJob(ports: ExecutionPorts, job: ClaimedJob, attempt: JobTry): Promise<JobVerdict> {
  const event = await requestOf(ports, job);
  return within(attempt, event, () => act(ports, { job, event, attempt }));
}

/** A fact that a job may name. */
type Asking = EventOf<'deployment'> | EventOf<'webhooks'>;

async function act(
  ports: ExecutionPorts,
  asked: { readonly job: ClaimedJob; readonly event: Asking; readonly attempt: JobTry },
): Promise<JobVerdict> {
  const { attempt, event } = asked;
  switch (event.fact) {
    case 'run-started':
    case 'run-rollback-started':
      return runExecution(ports, { event, ...attempt, timed: timedTask(asked.job.payload) });
    case 'callback-received': {
      return carryOn(ports, await recordCallback(ports, event), attempt);
    }
    case 'run-task-resolved': {
      const { store, clock, service } = ports;
      await resolveTask({ store, clock, service }, event);
      return { outcome: 'done' };
    }
    case 'run-cancelling': {
      const { store, clock, service, wakeups } = ports;
      const state = await requestCancel({ store, clock, service }, wakeups, event);
      if (waitsOnly(state)) return carryOn(ports, await askingEventOf(ports, event.tenantId, state), attempt);
      if (isOpen(state)) return { outcome: 'done' }; // Its holder ends it.
      const atOnce = { ...ports, limits: { ...ports.limits, leaseWaitMs: 0 } };
      return carryOn(atOnce, await startNotBegun(ports, event, state), attempt); // Nobody holds it.
    }
    default:
      throw missing(asked.job);
  }
}

/** What woke a run has its own story; the run goes on in that of what started it. */
async function carryOn(ports: ExecutionPorts, event: AskingEvent | undefined, attempt: JobTry): Promise<JobVerdict> {
  if (event === undefined) return { outcome: 'done' };
  return within(attempt, event, () => runExecution(ports, { event, ...attempt }));
}

function within(attempt: JobTry, cause: EventEnvelope, work: () => Promise<JobVerdict>): Promise<JobVerdict> {
  return attempt.within?.(cause, work) ?? work();
}

async function requestOf({ publicEvents }: ExecutionPorts, job: ClaimedJob): Promise<Asking> {
  const ref = parseRequestRef(job.payload);
  if (ref === undefined) throw missing(job);
  const stream = { tenantId: job.tenantId, streamId: ref.streamId };
  const [recorded] = await publicEvents.readStream(stream, ref.version - 1, { untilVersion: ref.version });
  const event =
    recorded === undefined ? undefined : (decodeEvent('deployment', recorded) ?? decodeEvent('webhooks', recorded));
  if (event === undefined) throw missing(job);
  return event;
}

function missing({ queue, key }: ClaimedJob): Fault {
  const message = `The fact behind job ${key} of ${queue} is not in the store. Look at the deployment's history.`;
  return new Fault('request-missing', message, { retryable: false });
}
