import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which run to retry. */
export interface RetryRunInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
}

/** Tries a failed or rolled-back run again: it is planned anew, so what succeeded is not done twice. */
export class RetryRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RetryRunInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'RetryRun', ...run });
  }
}
