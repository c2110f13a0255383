import type { DriftPolicy } from '@caisson/contracts';
import type { EngineRegistry } from '@caisson/engine';
import {
  foldStream,
  followUpContext,
  handleCommand,
  type ClaimedJob,
  type CommandRuntime,
  type Handled,
  type HeldLock,
  type LockManager,
  type NewJob,
} from '@caisson/event-sourcing';
import { Fault, isRetryable, messageOf, type Json } from '@caisson/kernel';
import { withoutUnrecordable, type UnitFinding } from '../domain/compare.js';
import type { PolicyVersion } from '../domain/drift-policy.js';
import type { DriftScanCommand, DriftScanRejection } from '../domain/drift-scan.commands.js';
import type { DriftScanEvent } from '../domain/drift-scan.events.js';
import type { DriftScanState } from '../domain/drift-scan.state.js';
import { withCauses } from '../domain/drift-causes.js';
import { isInForce, siftFindings, type Sifted } from '../domain/ignore-rules.js';
import { verdictOn } from '../domain/verify-remediation.js';
import { driftedProviders, looksOf, providersOf } from '../domain/provider-looks.js';
import { REMEDIATION_QUEUE } from './decide-remediation.js';
import { DRIFT_SCAN_CATEGORY, driftScanAggregate } from './drift-scan.aggregate.js';
import type { ManageIgnores } from './manage-ignores.js';
import { observeUnits } from './observe-units.js';
import type { ManageBreakers } from './manage-breakers.js';
import { requestOf, type ScanRequested } from './scan-request.js';
import type { StoredPolicies } from './stored-policies.js';

const LOCK_TTL_MS = 30_000;

/** Another scan of the deployment runs: the job comes back later rather than occupy a worker. */
const LOCK_WAIT_MS = 1_000;

/** What a scan needs. */
export interface RunScanPorts {
  readonly runtime: CommandRuntime;
  readonly locks: LockManager;
  readonly engines: EngineRegistry;
  readonly policies: StoredPolicies;
  readonly breakers: ManageBreakers;
  readonly ignores: ManageIgnores;
  /** What the tools say while they look, with the unit's ids. */
  readonly log?: (line: string) => void;
}

/** Looks at a deployment's units and records what differs from what was applied. */
export class RunScan {
  readonly #ports: RunScanPorts;

  constructor(ports: RunScanPorts) {
    this.#ports = ports;
  }

  /**
   * Runs the scan that a job asks for. Safe to repeat: a scan that was completed stays as it is.
   *
   * @param signal - ends the scan without a result; the job is to be given back.
   * @throws Fault `lock-unavailable` while another scan of the deployment runs, `scan-interrupted` when it was told to
   *   stop (both retryable), `fenced` when another worker has taken over, and those of the store.
   */
  async execute(job: Pick<ClaimedJob, 'payload'>, signal: AbortSignal): Promise<DriftScanState> {
    const request = requestOf(job);
    const { scanId, deploymentId } = request.data;
    return this.#ports.locks.withLock(
      {
        tenantId: request.tenantId,
        resource: `scan:${deploymentId}`,
        ttlMs: LOCK_TTL_MS,
        waitMs: LOCK_WAIT_MS,
        fences: [`${DRIFT_SCAN_CATEGORY}-${scanId}`],
        signal,
      },
      async (lock) => {
        const scan = await this.#scan(request, lock);
        await this.#tellVerified(request, scan);
        return scan;
      },
    );
  }

  /** Tells the scan whose findings a run has put right whether they are gone. Safe to repeat. */
  async #tellVerified(request: ScanRequested, scan: DriftScanState): Promise<void> {
    if (scan.status !== 'completed' || scan.verifies === undefined) return;
    const { runtime } = this.#ports;
    const { runId, scanId: id } = scan.verifies;
    const context = followUpContext(request, 'RecordRemediationEnd', runtime.service);
    const { state: before } = await foldStream(runtime.store, driftScanAggregate, { id, context });
    if (before.status !== 'completed') return;
    const seen = { runId, verifiedBy: scan.scanId, ...verdictOn(before, scan), at: runtime.clock.now() };
    const command = { type: 'RecordRemediationEnd', ...seen } as const;
    await handleCommand(runtime, driftScanAggregate, { id, command, context, occurredAt: command.at });
  }

  async #scan(request: ScanRequested, lock: HeldLock): Promise<DriftScanState> {
    const { runtime, engines, log, policies } = this.#ports;
    const { scanId, deploymentId, autoRemediate, scanType = 'manual', verifies, applied } = request.data;
    const units = applied.map((unit) => unit.unitId);
    const at = runtime.clock.now();
    const why = { autoRemediate, scanType, ...(verifies === undefined ? {} : { verifies }) };
    const begin = { type: 'StartScan', scanId, deploymentId, units, ...why, at } as const;
    const started = await this.#command(request, begin, { lock });
    if (started.outcome === 'rejected' || started.state.status === 'completed') return started.state;
    const policy = await policies.current(request.tenantId);
    const findings = await observeUnits({
      tenantId: request.tenantId,
      deploymentId,
      scanId,
      units: applied,
      engines,
      severities: policy.content.severities,
      clock: runtime.clock,
      signal: lock.signal,
      log: (line) => log?.(line),
    });
    // Looks that were cut short say nothing about the world.
    if (lock.signal.aborted) {
      throw new Fault('scan-interrupted', `Scan ${scanId} was told to stop. It begins again.`, { retryable: true });
    }
    const explained = withCauses(findings, request.data.unfinished);
    const sifted = await this.#sift(request, explained, policy.content);
    await this.#tellBreakers(request, sifted.findings, policy.content);
    return this.#record(request, lock, { ...sifted, policy });
  }

  /** Sets aside what people decided to live with. */
  async #sift(request: ScanRequested, findings: readonly UnitFinding[], { ignore }: DriftPolicy): Promise<Sifted> {
    const { ignores, runtime } = this.#ports;
    const rules = await ignores.rulesOf(request.tenantId, request.data.deploymentId);
    const at = runtime.clock.now();
    const standing = rules.filter((rule) => isInForce(rule, at, ignore.expiryRequired));
    return siftFindings(findings, standing);
  }

  /** Before what was found is recorded, so that whoever acts on it knows. */
  async #tellBreakers(
    request: ScanRequested,
    findings: readonly UnitFinding[],
    { breaker: rules }: DriftPolicy,
  ): Promise<void> {
    const { breakers, runtime } = this.#ports;
    const { applied, deploymentId, scanId } = request.data;
    for (const [provider, verdict] of looksOf(applied, findings, rules)) {
      const look = { scanId, deploymentId, verdict, at: runtime.clock.now() };
      const context = followUpContext(request, `look at ${provider}`, runtime.service);
      await breakers.recordLook({ provider, look, rules, context });
    }
  }

  /** What the store cannot keep is no reason to leave a scan without an end: such units count as unreadable. */
  async #record(
    request: ScanRequested,
    lock: HeldLock,
    { findings, ignored, policy }: Sifted & { readonly policy: PolicyVersion },
  ): Promise<DriftScanState> {
    const { applied } = request.data;
    const providers = driftedProviders(applied, findings);
    const looked = { providers, providersLooked: providersOf(applied) };
    const seen = { findings, ignored, ...looked, severityTable: policy.version, at: this.#ports.runtime.clock.now() };
    const observed = { type: 'RecordObservations', ...seen } as const;
    const jobs = remediationJobs(request, providers, policy.content);
    try {
      return (await this.#command(request, observed, { lock, jobs })).state;
    } catch (error) {
      if (isRetryable(error) || (error instanceof Fault && error.code === 'fenced')) throw error;
      const readable = { ...observed, ignored: [], findings: withoutUnrecordable(findings, messageOf(error)) };
      return (await this.#command(request, readable, { lock })).state;
    }
  }

  #command(
    request: ScanRequested,
    command: DriftScanCommand,
    { jobs = [], lock }: { readonly lock: HeldLock; readonly jobs?: readonly NewJob[] },
  ): Promise<Handled<DriftScanState, DriftScanEvent, DriftScanRejection>> {
    const { runtime } = this.#ports;
    return handleCommand(runtime, driftScanAggregate, {
      id: request.data.scanId,
      command,
      context: followUpContext(request, command.type, runtime.service),
      occurredAt: command.at,
      fencingToken: lock.fencingToken,
      jobs,
    });
  }
}

/** The decision about what was found, some time later, where the scan was asked to have it put right. */
function remediationJobs(
  { data, ...envelope }: ScanRequested,
  drifted: readonly string[],
  { remediation }: DriftPolicy,
): readonly NewJob[] {
  if (!data.autoRemediate || drifted.length === 0) return [];
  // What was applied is not needed again.
  const payload = { ...envelope, data: { ...data, applied: [] } } as unknown as Json;
  return [{ queue: REMEDIATION_QUEUE, key: data.scanId, payload, delayMs: remediation.settleSeconds * 1_000 }];
}
