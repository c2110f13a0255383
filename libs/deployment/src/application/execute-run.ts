import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which run to execute. */
export interface ExecuteRunInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
}

/** Has an approved plan applied, where that does not happen by itself. */
export class ExecuteRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ExecuteRunInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'ExecuteRun', ...run });
  }
}
