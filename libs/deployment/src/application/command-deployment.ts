import {
  foldStream,
  handleCommand,
  type CommandContext,
  type CommandRequest,
  type CommandRuntime,
  type Handled,
  type LockManager,
} from '@caisson/event-sourcing';
import type { IdGenerator } from '@caisson/kernel';
import type { AskOfRun, DeploymentCommand, DeploymentRejection } from '../domain/deployment.commands.js';
import type { DeploymentEvent, Origin } from '../domain/deployment.events.js';
import type { DeploymentState } from '../domain/deployment.state.js';
import { deploymentAggregate } from './deployment.aggregate.js';

/** Long enough for a slow commit; a holder that died is gone after it. */
const LOCK_TTL_MS = 10_000;

/** A transition takes some milliseconds, so this is a queue of many; a caller still gets an answer in time. */
const LOCK_WAIT_MS = 5_000;

/** What every use case of a deployment needs. */
export interface DeploymentPorts {
  readonly runtime: CommandRuntime;
  readonly locks: LockManager;
  readonly ids: IdGenerator;
}

/** What became of a command to a deployment. */
export type DeploymentHandled = Handled<DeploymentState, DeploymentEvent, DeploymentRejection>;

/** What every request to a deployment says. */
export interface DeploymentRequest {
  readonly deploymentId: string;
  readonly context: CommandContext;
  /** Gives up waiting for the deployment's lock. */
  readonly signal?: AbortSignal;
}

/** What every request about one run says. */
export interface RunRequest extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
}

/** A command before it is told who asks and when. */
export type WithoutOrigin<Command> = Command extends unknown ? Omit<Command, 'origin'> : never;

type WithoutRun<Command> = Command extends unknown ? Omit<Command, 'origin' | 'runId'> : never;

/**
 * Takes a command to its deployment while nobody else changes it. The lock saves conflicts; the fencing token that the
 * store checks is what makes it safe.
 *
 * @throws Fault `lock-unavailable`, `concurrency-conflict` (both retryable), `fenced`, and the store's own.
 */
export function commandDeployment(
  ports: DeploymentPorts,
  request: DeploymentRequest,
  command: WithoutOrigin<DeploymentCommand>,
): Promise<DeploymentHandled> {
  const { context, deploymentId, signal } = request;
  const lock = {
    tenantId: context.tenantId,
    resource: `deployment:${deploymentId}`,
    fences: [`${deploymentAggregate.category}-${deploymentId}`],
    ttlMs: LOCK_TTL_MS,
    waitMs: LOCK_WAIT_MS,
    ...(signal === undefined ? {} : { signal }),
  };
  return ports.locks.withLock(lock, ({ fencingToken }) => decideNow(ports, request, { command, fencingToken }));
}

/**
 * Takes the first command to a deployment. Nobody else can be at work on what is not there, so there is nothing to
 * lock: should two come with one id, the version that the append expects lets one of them in.
 *
 * @throws Fault `concurrency-conflict` (retryable), and the store's own.
 */
export function commandNewDeployment(
  ports: Pick<DeploymentPorts, 'runtime'>,
  request: DeploymentRequest,
  command: WithoutOrigin<DeploymentCommand>,
): Promise<DeploymentHandled> {
  return decideNow(ports, request, { command, isNew: true });
}

function decideNow(
  { runtime }: Pick<DeploymentPorts, 'runtime'>,
  { context, deploymentId }: DeploymentRequest,
  decided: Pick<CommandRequest<DeploymentCommand>, 'fencingToken' | 'isNew'> & {
    readonly command: WithoutOrigin<DeploymentCommand>;
  },
): Promise<DeploymentHandled> {
  const at = runtime.clock.now();
  const origin: Origin = { at, by: context.actor, correlationId: context.correlationId };
  return handleCommand(runtime, deploymentAggregate, {
    ...decided,
    id: deploymentId,
    command: { ...decided.command, origin },
    context,
    occurredAt: at,
  });
}

/** Takes a command to one run of a deployment, as `commandDeployment` does. */
export function commandRun(
  ports: DeploymentPorts,
  request: RunRequest,
  command: WithoutRun<AskOfRun>,
): Promise<DeploymentHandled> {
  const run = request.runId === undefined ? {} : { runId: request.runId };
  return commandDeployment(ports, request, { ...command, ...run });
}

/** The state of a deployment as its stream says, without changing anything. */
export async function readDeployment(
  ports: Pick<DeploymentPorts, 'runtime'>,
  request: { readonly tenantId: string; readonly deploymentId: string },
): Promise<DeploymentState> {
  const { deploymentId: id, tenantId } = request;
  const folded = await foldStream(ports.runtime.store, deploymentAggregate, { id, context: { tenantId } });
  return folded.state;
}
