import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which run to plan. */
export interface StartPlanningInput extends DeploymentRequest {
  /** Absent: the newest run. */
  readonly runId?: string;
}

/** Asks for a plan: the first one, or another one because inputs changed. */
export class StartPlanning {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: StartPlanningInput): Promise<DeploymentHandled> {
    const run = input.runId === undefined ? {} : { runId: input.runId };
    return commandDeployment(this.ports, input, { type: 'StartPlanning', ...run });
  }
}
