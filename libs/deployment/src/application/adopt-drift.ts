import type { FoundDrift } from '../domain/adopt-drift.js';
import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** What a scan found, to become what is desired. */
export interface AdoptDriftInput extends DeploymentRequest {
  readonly scanId: string;
  readonly items: readonly FoundDrift[];
  readonly reason: string;
}

/** Has what is desired follow the world, by a new revision and a run to it. */
export class AdoptDrift {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: AdoptDriftInput): Promise<DeploymentHandled> {
    const { items, reason, scanId } = input;
    const runId = this.ports.ids.next();
    return commandDeployment(this.ports, input, { type: 'AdoptDrift', runId, scanId, items, reason });
  }
}
