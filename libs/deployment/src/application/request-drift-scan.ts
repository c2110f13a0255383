import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** Which scan. */
export interface RequestDriftScanInput extends DeploymentRequest {
  /** Id of the report to come; the caller makes it, to know it before the scan begins. */
  readonly scanId: string;
  /** Requests a remediation when drift is found. */
  readonly autoRemediate: boolean;
}

/** Asks the drift detector to compare the world with what was applied. */
export class RequestDriftScan {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RequestDriftScanInput): Promise<DeploymentHandled> {
    const { autoRemediate, scanId } = input;
    return commandDeployment(this.ports, input, {
      ...{ type: 'RequestDriftScan', scanId, autoRemediate },
      ...{ scanType: 'manual', whenBusy: 'refuse' },
    });
  }
}
