import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which run to plan. */
export type StartPlanningInput = RunRequest;

/** Asks for a plan: the first one, or another one because inputs changed. */
export class StartPlanning {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: StartPlanningInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'StartPlanning' });
  }
}
