import type { Runner, RunnerRegistry } from '@caisson/engine';
import { endProcessTree } from './end-process-tree.js';
import { hostId } from './host.js';

/** Whose older runners to end. */
export interface KillRequest {
  readonly tenantId: string;
  readonly deploymentId: string;
  /** Runners under lower tokens are ended. */
  readonly fencingToken: number;
  /** How long a tool that was asked to stop may take before it is killed. */
  readonly graceMs: number;
  /** Stops waiting; what was not proven gone by then stays registered. */
  readonly signal?: AbortSignal;
}

/** What became of the older runners. */
export interface KillReport {
  /** Proven gone, and forgotten. */
  readonly ended: readonly Runner[];
  /** On another host: wait until their credentials have expired before acting. */
  readonly unreachable: readonly Runner[];
}

/**
 * Ends every runner that a deployment has left from older holders on this host. Safe to repeat.
 *
 * @throws Fault `runner-survives` (retryable) when one cannot be killed, `runners-not-proven-gone` (retryable) when
 * told to stop; those stay registered.
 */
export async function killRunners(registry: RunnerRegistry, request: KillRequest): Promise<KillReport> {
  const older = await registry.olderThan(request.tenantId, request.deploymentId, request.fencingToken);
  const here = older.filter((runner) => runner.hostId === hostId());
  const unreachable = older.filter((runner) => runner.hostId !== hostId());
  await Promise.all(
    here.map(async (runner) => {
      await endProcessTree(runner, request.graceMs, request.signal);
      await registry.forget(runner);
    }),
  );
  return { ended: here, unreachable };
}
