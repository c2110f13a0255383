import { decodeEvent, type EventOf } from '@caisson/contracts';
import type { ExecutionState } from '../domain/execution.state.js';
import type { ExecutionPorts } from './ports.js';
import type { AskingEvent } from './run-execution.js';

/** What a run was last started or undone by, so that its execution can be carried on; undefined before it began. */
export async function askingEventOf(
  { publicEvents }: Pick<ExecutionPorts, 'publicEvents'>,
  tenantId: string,
  { askedBy, run }: ExecutionState,
): Promise<AskingEvent | undefined> {
  if (run === undefined || askedBy === 0) return undefined;
  const stream = { tenantId, streamId: `deployment-${run.deploymentId}` };
  const [recorded] = await publicEvents.readStream(stream, askedBy - 1, { untilVersion: askedBy });
  const asked = recorded === undefined ? undefined : decodeEvent('deployment', recorded);
  return asked?.fact === 'run-started' || asked?.fact === 'run-rollback-started' ? asked : undefined;
}

/** Facts of a deployment between a start and its cancel: few. */
const LOOK_BACK_VERSIONS = 50;

/** The start that a cancel is about, when no executor has begun it yet: it waits for a place. */
export async function startNotBegun(
  { publicEvents }: Pick<ExecutionPorts, 'publicEvents'>,
  cancel: EventOf<'deployment'> & { readonly fact: 'run-cancelling' },
  { askedBy }: ExecutionState,
): Promise<AskingEvent | undefined> {
  const stream = { tenantId: cancel.tenantId, streamId: cancel.subject };
  const after = Math.max(askedBy, cancel.sequence - LOOK_BACK_VERSIONS, 0);
  const facts = await publicEvents.readStream(stream, after, { untilVersion: cancel.sequence });
  for (const recorded of facts.toReversed()) {
    const fact = decodeEvent('deployment', recorded);
    if (fact?.fact === 'run-started' && fact.data.runId === cancel.data.runId) return fact;
  }
  return undefined;
}
