import { followUpContext, type DocumentStore } from '@caisson/event-sourcing';
import { unreachable } from '@caisson/kernel';
import type { PublicEvent } from '@caisson/contracts';
import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';
import { reactionTo, type DeploymentReaction, type RunOutcome } from './deployment-reactions.js';
import { RequestRunsForPush } from './request-runs-for-push.js';

/** Does what follows from a public fact of another context. The same fact twice changes nothing. */
export class ReactToFact {
  private readonly requestRunsForPush: RequestRunsForPush;

  constructor(
    private readonly ports: DeploymentPorts,
    documents: DocumentStore,
  ) {
    this.requestRunsForPush = new RequestRunsForPush(ports, documents);
  }

  /**
   * One answer per deployment concerned. A refusal is for the log: the fact is handled.
   *
   * @throws ZodError for data that fits no schema (park it) and Fault as `commandDeployment` does (try again).
   */
  async execute(event: PublicEvent): Promise<readonly DeploymentHandled[]> {
    const reaction = reactionTo(event);
    return reaction === undefined ? [] : this.act(event, reaction);
  }

  private async act(event: PublicEvent, reaction: DeploymentReaction): Promise<readonly DeploymentHandled[]> {
    const { service } = this.ports.runtime;
    switch (reaction.kind) {
      case 'record': {
        const { deploymentId, outcome } = reaction;
        const context = followUpContext(event, outcome.type, service);
        return [await this.record({ deploymentId, context }, outcome)];
      }
      case 'remediate': {
        const { deploymentId, reason, scanId } = reaction;
        const context = followUpContext(event, 'remediate', service);
        const asked = { runId: this.ports.ids.next(), remediates: { scanId, askedBy: 'policy' }, reason } as const;
        const command = { type: 'RequestRun', kind: 'remediate', whenBusy: 'refuse', ...asked } as const;
        return [await commandDeployment(this.ports, { deploymentId, context }, command)];
      }
      case 'scan': {
        const { autoRemediate, deploymentId, scanId } = reaction;
        const context = followUpContext(event, 'scan', service);
        const asked = { scanId, autoRemediate, scanType: 'scheduled', whenBusy: 'defer' } as const;
        return [await commandDeployment(this.ports, { deploymentId, context }, { type: 'RequestDriftScan', ...asked })];
      }
      case 'push':
        return this.requestRunsForPush.execute(event, reaction.push);
      default:
        return unreachable(reaction, 'reaction');
    }
  }

  /** A plan that would be approved by itself waits for a person when there is no room for what it costs. */
  private async record(request: DeploymentRequest, outcome: RunOutcome): Promise<DeploymentHandled> {
    const handled = await commandDeployment(this.ports, request, outcome);
    const lacksRoom = handled.outcome === 'rejected' && handled.rejection.code === 'quota-exhausted';
    return lacksRoom && outcome.type === 'RecordPlan'
      ? commandDeployment(this.ports, request, { ...outcome, needsPerson: true })
      : handled;
  }
}
