import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Why it goes. */
export interface DeleteDeploymentInput extends DeploymentRequest {
  readonly reason: string;
}

/** Makes a deployment go, by its state: cancels what runs, destroys what was applied. */
export class DeleteDeployment {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: DeleteDeploymentInput): Promise<DeploymentHandled> {
    const runId = this.ports.ids.next();
    return commandDeployment(this.ports, input, { type: 'DeleteDeployment', runId, reason: input.reason });
  }
}
