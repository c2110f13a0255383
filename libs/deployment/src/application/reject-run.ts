import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which run, and why. */
export interface RejectRunInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
  readonly reason: string;
}

/** Turns a plan down; the run is cancelled. */
export class RejectRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RejectRunInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'RejectRun', ...run, reason: input.reason });
  }
}
