import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which run, and why. */
export interface CancelRunInput extends RunRequest {
  readonly reason: string;
}

/** Cancels a run: at once before execution; during it the executor is asked to stop. */
export class CancelRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: CancelRunInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'CancelRun', reason: input.reason });
  }
}
