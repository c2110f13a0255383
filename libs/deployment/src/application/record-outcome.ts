import type { RecordOutcome as RecordOutcomeCommand } from '../domain/deployment.commands.js';
import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
  type WithoutOrigin,
} from './command-deployment.js';

/** A fact about a run that another service found out. */
export type RunOutcome = WithoutOrigin<RecordOutcomeCommand>;

/** Which fact, about which deployment. */
export interface RecordOutcomeInput extends DeploymentRequest {
  readonly outcome: RunOutcome;
}

/** Records what planner or executor found out about a run. Old, repeated and foreign facts change nothing. */
export class RecordOutcome {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RecordOutcomeInput): Promise<DeploymentHandled> {
    return commandDeployment(this.ports, input, input.outcome);
  }
}
