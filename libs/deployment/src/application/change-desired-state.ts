import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';
import type { DesiredState } from '@caisson/contracts';

/** The new desired state. */
export interface ChangeDesiredStateInput extends DeploymentRequest {
  readonly desired: DesiredState;
  readonly reason: string;
  /** Refused with `deployment-version-conflict` unless the stream is at this version. */
  readonly ifVersion?: number;
}

/** Replaces what is desired by a new revision and requests a run to it. */
export class ChangeDesiredState {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ChangeDesiredStateInput): Promise<DeploymentHandled> {
    const { desired, ifVersion, reason } = input;
    return commandDeployment(this.ports, input, {
      type: 'ChangeDesiredState',
      runId: this.ports.ids.next(),
      kind: 'update',
      desired,
      reason,
      ...(ifVersion === undefined ? {} : { ifVersion }),
    });
  }
}
