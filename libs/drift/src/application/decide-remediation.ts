import {
  foldStream,
  followUpContext,
  handleCommand,
  type ClaimedJob,
  type CommandRuntime,
} from '@caisson/event-sourcing';
import type { DriftPolicy } from '@caisson/contracts';
import type { CompletedScan, DriftScanState } from '../domain/drift-scan.state.js';
import { rankOf } from '../domain/severity.js';
import { driftScanAggregate } from './drift-scan.aggregate.js';
import type { ManageBreakers } from './manage-breakers.js';
import { remediationTurnsAggregate, remediationTurnsIdOf } from './remediation-turns.aggregate.js';
import { requestOf, type ScanRequested } from './scan-request.js';
import type { StoredPolicies } from './stored-policies.js';

/** The queue of drift that may be put right without a person, each some time after its scan. */
export const REMEDIATION_QUEUE = 'drift-remediation';

/** What deciding needs. */
export interface DecideRemediationPorts {
  readonly runtime: CommandRuntime;
  readonly policies: StoredPolicies;
  readonly breakers: ManageBreakers;
}

/**
 * Decides, some time after a scan, whether what it found is put right without a person. The time lets other scans say
 * whether it is the provider that is in trouble. What is held is not asked for later: the world has moved on by then,
 * and the next scan says what it is like.
 */
export class DecideRemediation {
  constructor(private readonly ports: DecideRemediationPorts) {}

  /** Safe to repeat: a scan is decided once. @throws Fault of the store. */
  async execute(job: Pick<ClaimedJob, 'payload'>): Promise<DriftScanState> {
    const { runtime } = this.ports;
    const request = requestOf(job);
    const { scanId } = request.data;
    const context = followUpContext(request, 'DecideRemediation', runtime.service);
    const { state } = await foldStream(runtime.store, driftScanAggregate, { id: scanId, context });
    if (state.status !== 'completed' || state.remediation !== undefined || state.itemCount === 0) return state;
    const held = await this.#reasonToHold(request, state);
    const at = runtime.clock.now();
    const command = { type: 'DecideRemediation', ...(held === undefined ? {} : { held }), at } as const;
    return (await handleCommand(runtime, driftScanAggregate, { id: scanId, command, context, occurredAt: at })).state;
  }

  async #reasonToHold(request: ScanRequested, scan: CompletedScan): Promise<string | undefined> {
    const { breakers, policies } = this.ports;
    const { tenantId } = request;
    const { remediation } = (await policies.current(tenantId)).content;
    if (isTooMild(scan, remediation)) {
      return `The policy puts nothing right by itself that is less than ${remediation.severityMin}.`;
    }
    const open = await breakers.open(tenantId, scan.providersLooked);
    if (open.length > 0) return `The breaker of ${open.join(', ')} is open: the provider itself may be in trouble.`;
    if (await this.#takesTurn(request, remediation)) return undefined;
    return `The policy puts right at most ${remediation.perHourMax} deployments per hour by itself.`;
  }

  /** Takes one of the tenant's turns of the hour, once for a scan; false when there is none left. */
  async #takesTurn(request: ScanRequested, { perHourMax }: DriftPolicy['remediation']): Promise<boolean> {
    const { runtime } = this.ports;
    const { scanId } = request.data;
    const context = followUpContext(request, 'TakeTurn', runtime.service);
    const command = { type: 'TakeTurn', scanId, perHourMax, at: runtime.clock.now() } as const;
    const id = remediationTurnsIdOf(request.tenantId);
    const taken = await handleCommand(runtime, remediationTurnsAggregate, { id, command, context });
    return taken.outcome === 'accepted';
  }
}

function isTooMild({ maxSeverity }: CompletedScan, { severityMin }: DriftPolicy['remediation']): boolean {
  return maxSeverity === undefined || rankOf(maxSeverity) < rankOf(severityMin);
}
