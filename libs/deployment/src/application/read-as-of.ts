import type { DesiredState } from '@caisson/contracts';
import { foldUntil, type EventStore, type FoldedUntil, type Until } from '@caisson/event-sourcing';
import type { DeploymentEvent } from '../domain/deployment.events.js';
import type { DeploymentState } from '../domain/deployment.state.js';
import { deploymentView, runView, type DeploymentView, type RunView } from './deployment-documents.js';
import { deploymentAggregate } from './deployment.aggregate.js';

/** Which deployment, at which point of its past. */
export interface AskedPast {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly until: Until;
}

/** A thing as it was; undefined where it was not there yet. */
export interface Past<Thing> {
  readonly thing: Thing | undefined;
  /** How far the stream of the deployment is now: a later version has no past yet. */
  readonly headVersion: number;
}

/** Tells how deployments and runs were, from nothing but their facts. */
export class ReadAsOf {
  constructor(private readonly store: EventStore) {}

  /** A deployment with what was desired of it then. */
  async deployment(asked: AskedPast): Promise<Past<{ view: DeploymentView; desired: DesiredState | undefined }>> {
    const { headVersion, occurredAt, state } = await this.fold(asked);
    const { deployment } = state;
    if (deployment === undefined) return { thing: undefined, headVersion };
    const desired = deployment.revisions[deployment.latestRevision]?.desired;
    return { thing: { view: deploymentView(deployment, occurredAt), desired }, headVersion };
  }

  /** A run of a deployment, as its own last fact before that point left it. */
  async run(runId: string, asked: AskedPast): Promise<Past<RunView>> {
    const { headVersion, state } = await this.fold(asked, (event) => 'runId' in event && event.runId === runId);
    const { deployment } = state;
    const known = deployment === undefined ? [] : [...deployment.settled, deployment.run];
    const run = known.find((candidate) => candidate?.runId === runId);
    return { thing: run === undefined || deployment === undefined ? undefined : runView(run, deployment), headVersion };
  }

  private fold(asked: AskedPast, about?: (event: DeploymentEvent) => boolean): Promise<FoldedUntil<DeploymentState>> {
    const stream = { tenantId: asked.tenantId, streamId: `${deploymentAggregate.category}-${asked.deploymentId}` };
    const until = { stream, until: asked.until, ...(about === undefined ? {} : { about }) };
    return foldUntil(this.store, deploymentAggregate, until);
  }
}
