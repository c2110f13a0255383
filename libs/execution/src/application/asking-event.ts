import { decodeEvent } from '@caisson/contracts';
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
  const [recorded] = await publicEvents.readStream(stream, askedBy - 1, askedBy);
  const asked = recorded === undefined ? undefined : decodeEvent('deployment', recorded);
  return asked?.fact === 'run-started' || asked?.fact === 'run-rollback-started' ? asked : undefined;
}
