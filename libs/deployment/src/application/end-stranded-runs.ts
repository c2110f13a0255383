import { decodeEvent, parseEventType, type AppliedUnit, type Failure, type PublicEvent } from '@caisson/contracts';
import type { ConsumerStore, DocumentStore, FailedJob, JobQueue, StreamRef } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { Deployment, Run } from '../domain/deployment.state.js';
import {
  commandDeployment,
  readDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
} from './command-deployment.js';
import { DEPLOYMENT_COLLECTIONS, type RunView } from './deployment-documents.js';
import type { RunOutcome } from './deployment-reactions.js';

/** Of one consumer or queue, looked at in one sweep; more are left to the next one. */
const HITCHES_MAX = 200;

/** The part of a store's reason that a run's failure quotes. */
const REASON_CHARS_MAX = 500;

/** Who hears the facts of a run, by the name of the consumer. */
const CONSUMERS = ['planner', 'executor', 'api'] as const;

/** The last facts of an execution: nothing is changed in the world after one of them. */
const ENDS: ReadonlySet<string> = new Set([
  'execution-verified',
  'execution-failed',
  'execution-cancelled',
  'execution-rolled-back',
  'rollback-failed',
]);

/** The queues of what runs ask for, and who works them off. */
const QUEUES = { planning: 'planner', execution: 'executor' } as const;

/** Why an answer cannot come: a stream waits for a person, or the work that a fact asked for was given up. */
interface Hitch extends StreamRef {
  readonly kind: 'parked' | 'given-up';
  readonly consumer: (typeof CONSUMERS)[number];
  /** Parked: nothing from it on was heard. Given up: the fact that asked for the work. */
  readonly fromVersion: number;
  readonly reason: string;
}

/** What is needed besides the deployment's own ports. */
export interface StrandedRunPorts extends DeploymentPorts {
  readonly documents: Pick<DocumentStore, 'get'>;
  readonly consumers: Pick<ConsumerStore, 'parked' | 'readStream'>;
  readonly jobs: Pick<JobQueue, 'failed'>;
}

/**
 * Ends runs that wait for an answer that cannot come: the stream that asks for it, or that brings it, was set aside by
 * its consumer, or the work was given up. What still changes the world is left alone until it has ended.
 */
export class EndStrandedRuns {
  constructor(private readonly ports: StrandedRunPorts) {}

  /**
   * One look at everything that is parked or was given up. Safe to repeat, and in several processes at once.
   *
   * @throws Fault as `commandDeployment` does; then the next look does the rest.
   */
  async execute(): Promise<readonly DeploymentHandled[]> {
    const handled: DeploymentHandled[] = [];
    for (const hitch of [...(await this.#parked()), ...(await this.#givenUp())]) {
      const ended = await this.#look(hitch);
      if (ended !== undefined) handled.push(ended);
    }
    return handled;
  }

  async #parked(): Promise<readonly Hitch[]> {
    const found: Hitch[] = [];
    for (const consumer of CONSUMERS) {
      const parked = await this.ports.consumers.parked(consumer);
      found.push(...parked.slice(0, HITCHES_MAX).map((stream) => ({ ...stream, kind: 'parked' as const, consumer })));
    }
    return found;
  }

  async #givenUp(): Promise<readonly Hitch[]> {
    const found: Hitch[] = [];
    for (const [queue, consumer] of Object.entries(QUEUES)) {
      const failed = await this.ports.jobs.failed(queue, HITCHES_MAX);
      found.push(...failed.flatMap((job) => hitchOf(job, consumer) ?? []));
    }
    return found;
  }

  async #look(hitch: Hitch): Promise<DeploymentHandled | undefined> {
    const { tenantId } = hitch;
    const deploymentId = await this.#deploymentOf(hitch);
    if (deploymentId === undefined) return undefined;
    const { deployment, version } = await readDeployment(this.ports, { tenantId, deploymentId });
    const run = deployment?.run;
    if (deployment === undefined || run === undefined || !mayBeStranded(run, hitch)) return undefined;
    const unheard = await this.ports.consumers.readStream(hitch, hitch.fromVersion - 1);
    const outcome = outcomeOf(deployment, run, { hitch, unheard });
    if (outcome === undefined) return undefined;
    const { service } = this.ports.runtime;
    const context = {
      ...{ tenantId, correlationId: run.correlationId, actor: `service:${service}` },
      causationId: unheard[0]?.id ?? `${hitch.streamId}/${hitch.fromVersion}`,
      commandId: deterministicId('end-stranded-run', tenantId, deploymentId, version),
    };
    return commandDeployment(this.ports, { deploymentId, context }, outcome);
  }

  async #deploymentOf({ consumer, streamId, tenantId }: Hitch): Promise<string | undefined> {
    const [, category = '', id = ''] = /^([a-z_]+)-(.+)$/.exec(streamId) ?? [];
    if (consumer !== 'api') return category === 'deployment' ? id : undefined;
    if (category !== 'plan' && category !== 'execution') return undefined;
    const run = await this.ports.documents.get<RunView>(tenantId, DEPLOYMENT_COLLECTIONS.run, id);
    return run?.body.deploymentId;
  }
}

const AWAIT_EXECUTION: readonly Run['state'][] = ['executing', 'verifying', 'cancelling', 'rolling_back'];

/** Cheap, so that what is parked and concerns no run any more costs no reading. */
function mayBeStranded(run: Run, { consumer, streamId }: Hitch): boolean {
  if (consumer === 'planner') return run.state === 'planning';
  if (consumer === 'executor') return AWAIT_EXECUTION.includes(run.state);
  if (streamId === `plan-${run.runId}`) return run.state === 'planning';
  return streamId === `execution-${run.runId}` && AWAIT_EXECUTION.includes(run.state);
}

/** How the run ends; undefined while its answer may still come, or something still happens for it. */
function outcomeOf(
  { applied }: Deployment,
  run: Run,
  around: { readonly hitch: Hitch; readonly unheard: readonly PublicEvent[] },
): RunOutcome | undefined {
  const { hitch, unheard } = around;
  const { round, runId } = run;
  const failure = failureOf(hitch);
  if (run.state === 'planning') {
    const waits = hitch.consumer === 'api' || isLost(run, hitch, unheard);
    return waits ? { type: 'RecordPlanRefusal', runId, round, failure } : undefined;
  }
  const type = run.state === 'rolling_back' ? 'RecordRollbackFailure' : 'RecordExecutionFailure';
  if (hitch.consumer === 'executor') {
    return isLost(run, hitch, unheard) ? { type, runId, failure, applied } : undefined;
  }
  const last = unheard.at(-1);
  if (last === undefined || !ENDS.has(factOf(last))) return undefined;
  return { type, runId, failure, applied: appliedBy(last) ?? applied };
}

/** Whether the fact that asks for the answer is the one that nobody follows. */
function isLost(run: Run, { fromVersion, kind }: Hitch, unheard: readonly PublicEvent[]): boolean {
  const asking = unheard.findLast((event) => asksFor(run, event));
  return asking !== undefined && (kind === 'parked' || asking.sequence === fromVersion);
}

/** Whether a fact is the one that the run waits for an answer to. Its data may be what nobody can read. */
function asksFor(run: Run, event: PublicEvent): boolean {
  const data = event.data as { readonly runId?: unknown; readonly round?: unknown; readonly asked?: unknown } | null;
  if (data?.runId !== run.runId) return false;
  const fact = factOf(event);
  if (run.state === 'planning') return fact === 'run-planning-started' && data.round === run.round;
  if (run.state === 'rolling_back') return fact === 'run-rollback-started' && data.asked === true;
  return fact === 'run-started' && event.time === run.startedAt;
}

function factOf({ type }: PublicEvent): string {
  return parseEventType(type)?.fact ?? '';
}

/** What an execution left, where its last fact can still be read. */
function appliedBy(event: PublicEvent): AppliedUnit[] | undefined {
  try {
    const decoded = decodeEvent('execution', event);
    return decoded !== undefined && 'applied' in decoded.data && Array.isArray(decoded.data.applied)
      ? [...decoded.data.applied]
      : undefined;
  } catch {
    return undefined;
  }
}

function failureOf({ consumer, fromVersion, kind, reason, streamId }: Hitch): Failure {
  const why = reason.slice(0, REASON_CHARS_MAX).replace(/\.$/, '');
  const fact = `fact ${fromVersion} of ${streamId}`;
  if (kind === 'given-up') {
    const message = `The ${consumer} gave up what ${fact} asks for: ${why}. Look at its log; then retry the run.`;
    return { code: 'request-abandoned', message, diagnostics: [] };
  }
  const message = `The ${consumer} could not handle ${fact} and set the stream aside: ${why}.`;
  const remedy = 'Have an operator mend the cause and release the stream; then retry the run.';
  return { code: 'fact-parked', message: `${message} ${remedy}`, diagnostics: [] };
}

/** The payload of a planning is the fact itself, that of an execution says where it is. */
function hitchOf({ payload, reason, tenantId }: FailedJob, consumer: Hitch['consumer']): Hitch | undefined {
  const { sequence, streamId, subject, version } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  const [stream, fromVersion] = [streamId ?? subject, version ?? sequence];
  if (typeof stream !== 'string' || typeof fromVersion !== 'number') return undefined;
  return { kind: 'given-up', tenantId, streamId: stream, consumer, fromVersion, reason };
}
