import {
  commandDeployment,
  type DeploymentHandled,
  type DeploymentPorts,
  type DeploymentRequest,
} from './command-deployment.js';

/** What to do, and what to do while another run is active. */
export interface RequestRunInput extends DeploymentRequest {
  /** `update` goes to the newest revision; the others start from the current one. */
  readonly kind: 'update' | 'remediate' | 'destroy';
  readonly reason: string;
  /** Default `refuse`. `defer` requests the run once the active one has settled; `destroy` is never deferred. */
  readonly whenBusy?: 'refuse' | 'defer';
  /** The scan whose findings a person wants put right. */
  readonly remediates?: { readonly scanId: string };
}

/** Requests a run that does not change what is desired. */
export class RequestRun {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: RequestRunInput): Promise<DeploymentHandled> {
    const { kind, reason, remediates, whenBusy = 'refuse' } = input;
    const runId = this.ports.ids.next();
    const scan = remediates === undefined ? {} : { remediates: { ...remediates, askedBy: 'person' } as const };
    return commandDeployment(this.ports, input, { type: 'RequestRun', runId, kind, reason, whenBusy, ...scan });
  }
}
