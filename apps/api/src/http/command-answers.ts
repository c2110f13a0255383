import type { CommandAnswer, DeploymentSummary, DesiredState } from '@caisson/contracts';
import {
  DEPLOYMENT_COLLECTIONS,
  deploymentView,
  runView,
  type DeploymentHandled,
  type DeploymentView,
  type RunView,
} from '@caisson/deployment';
import { eventIdOf, type ConsumerStore, type DocumentStore } from '@caisson/event-sourcing';
import { entityTagOf, type Caller, type HttpProblem } from '@caisson/http';
import { invariant, jsonEquals } from '@caisson/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { countTasks } from '../queries/task-progress.js';
import { CONSUMERS, DOCUMENTS } from '../tokens.js';
import { apiProblem } from './api-problems.js';
import { deploymentProblem } from './deployment-problem.js';
import { showDeployment, showRun } from './views.js';

/** More events than one command makes. */
const EVENTS_PER_COMMAND_MAX = 20;

type Accepted = Extract<DeploymentHandled, { outcome: 'accepted' }>;
/** What was asked, to find its answer again when it was asked before. */
export interface AskedCommand {
  readonly caller: Caller;
  readonly deploymentId: string;
  /** What a repeat must say too: members of what it recorded, by name. Those left out do not matter. */
  readonly says?: Readonly<Record<string, unknown>>;
  /** Whether what was recorded as desired is what this command would make, where the body is not recorded itself. */
  readonly leaves?: (desired: DesiredState) => boolean;
}

/** Turns what became of a command into its answer. */
@Injectable()
export class CommandAnswers {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    @Inject(CONSUMERS) private readonly consumers: ConsumerStore,
  ) {}

  /**
   * The body of a 202, with `Location` and `ETag` set.
   *
   * @throws HttpProblem for a refusal, and when a repeated key comes with another body.
   */
  async accepted(handled: DeploymentHandled, asked: AskedCommand, reply: FastifyReply): Promise<CommandAnswer> {
    if (handled.outcome === 'rejected') throw deploymentProblem(handled.rejection);
    const { deployment, view } = handled.events.length > 0 ? fresh(handled) : await this.found(handled, asked);
    const run = view === undefined ? undefined : showRun(await countTasks(this.documents, asked.caller.tenantId, view));
    void reply.header('location', run?.links['self'] ?? deployment.links['self']);
    void reply.header('etag', entityTagOf(handled.version));
    return {
      deployment,
      ...(run === undefined ? {} : { run }),
      stream: `deployment-${asked.deploymentId}`,
      version: handled.version,
    };
  }

  /** The answer to a command that changed nothing: a repeat, or a wish that is true already. */
  private async found(
    handled: Accepted,
    asked: AskedCommand,
  ): Promise<{ deployment: DeploymentSummary; view: RunView | undefined }> {
    const { tenantId } = asked.caller;
    const { deployment: deployments, run: runs } = DEPLOYMENT_COLLECTIONS;
    const deployment = await this.documents.get<DeploymentView>(tenantId, deployments, asked.deploymentId);
    invariant(deployment !== undefined, `deployment ${asked.deploymentId} has events and no view`);
    const runId = (handled.repeated ? await this.firstRunOf(asked) : undefined) ?? deployment.body.currentRun;
    const run = await this.documents.get<RunView>(tenantId, runs, runId);
    return { deployment: showDeployment(deployment.body), view: run?.body };
  }

  /** The run that a repeated command was about when it came first. */
  private async firstRunOf({ caller, deploymentId, leaves, says = {} }: AskedCommand): Promise<string | undefined> {
    const stream = { tenantId: caller.tenantId, streamId: `deployment-${deploymentId}` };
    const ids = new Set(
      Array.from({ length: EVENTS_PER_COMMAND_MAX }, (_, index) => eventIdOf(stream, caller.commandId, index)),
    );
    const events = (await this.consumers.readStream(stream, 0)).filter(({ id }) => ids.has(id));
    const data = events.map((event) => event.data as Readonly<Record<string, unknown>> & { readonly runId?: string });
    for (const [name, said] of Object.entries(says)) {
      const before = data.find((item) => item[name] !== undefined)?.[name];
      if (said !== undefined && before !== undefined && !jsonEquals(said, before)) {
        throw keyReused();
      }
    }
    const desired = data.find((item) => item['desired'] !== undefined)?.['desired'];
    if (desired !== undefined && leaves?.(desired as DesiredState) === false) throw keyReused();
    return data.findLast(({ runId }) => runId !== undefined)?.runId;
  }
}

function keyReused(): HttpProblem {
  return apiProblem('idempotency-key-reused', {
    detail: 'Send a new Idempotency-Key with a new request.',
    errors: [{ pointer: 'Idempotency-Key', detail: 'belongs to another request' }],
  });
}

function fresh({ events, state }: Accepted): { deployment: DeploymentSummary; view: RunView | undefined } {
  const { deployment } = state;
  invariant(deployment !== undefined, 'a command was accepted and there is no deployment');
  const last = events.at(-1);
  const runId = events.findLast((event) => 'runId' in event);
  const run = [...deployment.settled, deployment.run].find(
    (known) => known !== undefined && runId !== undefined && 'runId' in runId && known.runId === runId.runId,
  );
  // Where nothing was applied, the deployment ends with the run that was under way: no run follows.
  const isStoppedByEnd = deployment.deleted && run?.kind !== 'destroy';
  return {
    deployment: showDeployment(deploymentView(deployment, last?.origin.at ?? deployment.createdAt)),
    view: run === undefined || isStoppedByEnd ? undefined : runView(run, deployment),
  };
}
