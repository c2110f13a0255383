import { setTimeout as delay } from 'node:timers/promises';
import { EngineFailure, type EngineCall } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import type { SandboxCloudEndpoint } from './cloud-client.js';
import { observedOf, type CloudResource } from './cloud-resource.js';

/** Sixty looks, five seconds apart. */
const READY_WITHIN_MS = 300_000;
const READY_EVERY_MS = 5_000;

/** Whether the cloud has not finished a resource yet. */
export function isBuilding(resource: CloudResource | undefined): boolean {
  return resource?.status === 'building';
}

/** What is observed of a resource, with one that is being built as what it becomes. */
export function builtOf(resource: CloudResource): JsonObject {
  return isBuilding(resource) ? { ...observedOf(resource), status: 'active' } : observedOf(resource);
}

/**
 * Looks again until the resource is no longer being built.
 *
 * @returns the last look. The resource may still be building: then the time is over.
 * @throws EngineFailure `cancelled` (unknown) when the call was stopped.
 */
export async function untilBuilt<Look extends { readonly own: CloudResource | undefined }>(
  endpoint: SandboxCloudEndpoint,
  call: EngineCall,
  look: () => Promise<Look>,
): Promise<Look> {
  const { readyEveryMs = READY_EVERY_MS, readyWithinMs = READY_WITHIN_MS } = endpoint;
  const endsAtMs = performance.now() + readyWithinMs;
  for (;;) {
    const seen = await look();
    const leftMs = endsAtMs - performance.now();
    if (!isBuilding(seen.own) || leftMs <= 0) return seen;
    await delay(Math.min(readyEveryMs, leftMs), undefined, { signal: call.signal }).catch((cause: unknown) => {
      const message = 'The call was stopped while the sandbox cloud was still building.';
      throw new EngineFailure('cancelled', message, { errorClass: 'unknown', cause });
    });
  }
}
