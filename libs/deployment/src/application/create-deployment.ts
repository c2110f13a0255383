import {
  commandNewDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';
import type { DesiredState } from '@caisson/contracts';

/** The first desired state, checked with `validateDesiredState` before. */
export interface CreateDeploymentInput extends DeploymentRequest {
  readonly desired: DesiredState;
}

/** Creates a deployment and requests its first run. */
export class CreateDeployment {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: CreateDeploymentInput): Promise<DeploymentHandled> {
    const runId = this.ports.ids.next();
    return commandNewDeployment(this.ports, input, {
      type: 'CreateDeployment',
      deploymentId: input.deploymentId,
      runId,
      desired: input.desired,
    });
  }
}
