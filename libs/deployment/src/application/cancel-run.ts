import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which run, and why. */
export interface CancelRunInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
  readonly reason: string;
}

/** Cancels a run: at once before execution; during it the executor is asked to stop. */
export class CancelRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: CancelRunInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'CancelRun', ...run, reason: input.reason });
  }
}
