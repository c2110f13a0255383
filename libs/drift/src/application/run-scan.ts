import { decodeEvent, type EventOf, type PublicEvent } from '@caisson/contracts';
import type { EngineRegistry } from '@caisson/engine';
import {
  followUpContext,
  handleCommand,
  type ClaimedJob,
  type CommandRuntime,
  type Handled,
  type HeldLock,
  type LockManager,
} from '@caisson/event-sourcing';
import { Fault, invariant, isRetryable, messageOf } from '@caisson/kernel';
import { withoutUnrecordable } from '../domain/compare.js';
import type { DriftScanCommand, DriftScanRejection, RecordObservations } from '../domain/drift-scan.commands.js';
import type { DriftScanEvent } from '../domain/drift-scan.events.js';
import type { DriftScanState } from '../domain/drift-scan.state.js';
import { DRIFT_SCAN_CATEGORY, driftScanAggregate } from './drift-scan.aggregate.js';
import { observeUnits } from './observe-units.js';
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
  /** What the tools say while they look, with the unit's ids. */
  readonly log?: (line: string) => void;
}

type ScanRequested = EventOf<'deployment'> & { readonly fact: 'drift-scan-requested' };

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
      (lock) => this.#scan(request, lock),
    );
  }

  async #scan(request: ScanRequested, lock: HeldLock): Promise<DriftScanState> {
    const { runtime, engines, log, policies } = this.#ports;
    const { scanId, deploymentId, autoRemediate, scanType = 'manual', applied } = request.data;
    const units = applied.map((unit) => unit.unitId);
    const at = runtime.clock.now();
    const begin = { type: 'StartScan', scanId, deploymentId, units, autoRemediate, scanType, at } as const;
    const started = await this.#command(request, lock, begin);
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
    return this.#record(request, lock, { findings, severityTable: policy.version });
  }

  /** What the store cannot keep is no reason to leave a scan without an end: such units count as unreadable. */
  async #record(
    request: ScanRequested,
    lock: HeldLock,
    seen: Pick<RecordObservations, 'findings' | 'severityTable'>,
  ): Promise<DriftScanState> {
    const { clock } = this.#ports.runtime;
    const observed = { type: 'RecordObservations', ...seen, at: clock.now() } as const;
    try {
      return (await this.#command(request, lock, observed)).state;
    } catch (error) {
      if (isRetryable(error) || (error instanceof Fault && error.code === 'fenced')) throw error;
      const readable = { ...observed, findings: withoutUnrecordable(seen.findings, messageOf(error)) };
      return (await this.#command(request, lock, readable)).state;
    }
  }

  #command(
    request: ScanRequested,
    lock: HeldLock,
    command: DriftScanCommand,
  ): Promise<Handled<DriftScanState, DriftScanEvent, DriftScanRejection>> {
    const { runtime } = this.#ports;
    return handleCommand(runtime, driftScanAggregate, {
      id: request.data.scanId,
      command,
      context: followUpContext(request, command.type, runtime.service),
      occurredAt: command.at,
      fencingToken: lock.fencingToken,
    });
  }
}

function requestOf({ payload }: Pick<ClaimedJob, 'payload'>): ScanRequested {
  const event = decodeEvent('deployment', payload as unknown as PublicEvent);
  invariant(event?.fact === 'drift-scan-requested', 'a job of the drift queue holds no scan request');
  return event;
}
