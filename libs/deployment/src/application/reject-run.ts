import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which run, and why. */
export interface RejectRunInput extends RunRequest {
  readonly reason: string;
}

/** Turns a plan down; the run is cancelled. */
export class RejectRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RejectRunInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'RejectRun', reason: input.reason });
  }
}
