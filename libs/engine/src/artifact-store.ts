import type { ArtifactRef } from '@caisson/contracts';

/** Keeps the bytes of dry runs, encrypted at rest and bound to their tenant. */
export interface ArtifactStore {
  /** Stores bytes under their content address. The same bytes twice are one artifact. */
  put(tenantId: string, content: Uint8Array): Promise<ArtifactRef>;
  /** Undefined when it is not there; a tampered one fails with Fault `artifact-corrupt`. */
  get(tenantId: string, ref: ArtifactRef): Promise<Uint8Array | undefined>;
}
