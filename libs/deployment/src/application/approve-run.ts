import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which plan of which run. */
export interface ApproveRunInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
  /** The digest that the approver saw. */
  readonly planDigest: string;
}

/** Approves exactly one plan by its digest, in the name of the context's actor. */
export class ApproveRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ApproveRunInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'ApproveRun', ...run, planDigest: input.planDigest });
  }
}
