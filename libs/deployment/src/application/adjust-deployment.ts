import type { Adjustment } from '../domain/adjust-desired.js';
import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** What is different from now on. */
export interface AdjustDeploymentInput extends DeploymentRequest {
  readonly adjustment: Adjustment;
  readonly reason: string;
  /** Refused with `deployment-version-conflict` unless the stream is at this version. */
  readonly ifVersion?: number;
}

/** Scales or configures: makes a small change of what is desired, and requests a run of that kind to it. */
export class AdjustDeployment {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: AdjustDeploymentInput): Promise<DeploymentHandled> {
    const { adjustment, ifVersion, reason } = input;
    return commandDeployment(this.ports, input, {
      type: 'AdjustDesiredState',
      runId: this.ports.ids.next(),
      adjustment,
      reason,
      ...(ifVersion === undefined ? {} : { ifVersion }),
    });
  }
}
