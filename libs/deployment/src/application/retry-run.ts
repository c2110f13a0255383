import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which run to retry. */
export type RetryRunInput = RunRequest;

/** Tries a failed or rolled-back run again: it is planned anew, so what succeeded is not done twice. */
export class RetryRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RetryRunInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'RetryRun' });
  }
}
