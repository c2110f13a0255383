import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which run to execute. */
export type ExecuteRunInput = RunRequest;

/** Has an approved plan applied, where that does not happen by itself. */
export class ExecuteRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ExecuteRunInput): Promise<DeploymentHandled> {
    return commandRun(this.ports, input, { type: 'ExecuteRun' });
  }
}
