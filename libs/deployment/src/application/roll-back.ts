import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** What to go back to. */
export interface RollBackInput extends RunRequest {
  /** Absent: a failed run is undone; otherwise the completed revision before the current one. */
  readonly toRevision?: number;
  readonly reason: string;
}

/** Undoes a failed run, or requests a run to an earlier completed revision. */
export class RollBack {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RollBackInput): Promise<DeploymentHandled> {
    const { reason, toRevision } = input;
    return commandRun(this.ports, input, {
      type: 'RollbackRun',
      ...(toRevision === undefined ? {} : { toRevision }),
      newRunId: this.ports.ids.next(),
      reason,
    });
  }
}
