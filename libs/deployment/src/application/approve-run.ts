import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which plan of which run. */
export interface ApproveRunInput extends RunRequest {
  /** The digest that the approver saw. */
  readonly planDigest: string;
}

/** Approves exactly one plan by its digest, in the name of the context's actor. */
export class ApproveRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ApproveRunInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'ApproveRun', planDigest: input.planDigest });
  }
}
