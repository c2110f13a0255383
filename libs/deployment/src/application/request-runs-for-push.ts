import { followUpContext, type DocumentStore } from '@caisson/event-sourcing';
import type { EventEnvelope } from '@caisson/contracts';
import { DEPLOYMENT_COLLECTIONS } from './deployment-documents.js';
import type { DeploymentHandled, DeploymentPorts } from './command-deployment.js';
import { RequestRun } from './request-run.js';

/** Deployments read at once. */
const PAGE_SIZE = 100;

/** Deployments that one push can start a run of; more than that is a mistake in somebody's triggers. */
const DEPLOYMENTS_PER_PUSH_MAX = 1000;

/** A push to a branch of a repository. */
export interface Push {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
}

/** Requests an update run of every deployment that is bound to the repository and branch. */
export class RequestRunsForPush {
  private readonly requestRun: RequestRun;

  constructor(
    private readonly ports: DeploymentPorts,
    private readonly documents: DocumentStore,
  ) {
    this.requestRun = new RequestRun(ports);
  }

  /**
   * One push twice requests each run once. @throws Fault as `commandDeployment` does; then nothing is lost by trying
   * again.
   */
  async execute(event: EventEnvelope, push: Push): Promise<readonly DeploymentHandled[]> {
    const handled: DeploymentHandled[] = [];
    for (const deploymentId of await this.boundTo(event.tenantId, push)) {
      const context = followUpContext(event, `push ${deploymentId}`, this.ports.runtime.service);
      const reason = `commit ${push.commit} was pushed to ${push.repository} ${push.branch}`;
      handled.push(await this.requestRun.execute({ deploymentId, context, kind: 'update', reason, whenBusy: 'defer' }));
    }
    return handled;
  }

  private async boundTo(tenantId: string, { branch, repository }: Push): Promise<readonly string[]> {
    const ids: string[] = [];
    while (ids.length < DEPLOYMENTS_PER_PUSH_MAX) {
      const last = ids.at(-1);
      const page = await this.documents.find({
        tenantId,
        collection: DEPLOYMENT_COLLECTIONS.deployment,
        contains: { triggers: [{ kind: 'push', repository, branch }] },
        limit: PAGE_SIZE,
        ...(last === undefined ? {} : { afterId: last }),
      });
      ids.push(...page.map(({ id }) => id));
      if (page.length < PAGE_SIZE) break;
    }
    return ids;
  }
}
