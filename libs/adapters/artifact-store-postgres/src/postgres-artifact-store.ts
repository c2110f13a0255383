import type { ArtifactRef } from '@caisson/contracts';
import type { ArtifactStore, SecretBox } from '@caisson/engine';
import { asTenant } from '@caisson/event-store-postgres';
import { Fault, sha256 } from '@caisson/kernel';
import type { Pool } from 'pg';

/** Largest artifact: a saved dry run of thousands of resources is below it. */
export const ARTIFACT_BYTES_MAX = 64 * 1024 * 1024;

/** Keeps artifacts in the table `artifact`, sealed for their tenant and content address. */
export class PostgresArtifactStore implements ArtifactStore {
  readonly #pool: Pool;
  readonly #box: SecretBox;

  constructor(pool: Pool, box: SecretBox) {
    this.#pool = pool;
    this.#box = box;
  }

  /** @throws Fault `artifact-too-large` beyond `ARTIFACT_BYTES_MAX`. */
  async put(tenantId: string, content: Uint8Array): Promise<ArtifactRef> {
    if (content.length > ARTIFACT_BYTES_MAX) {
      throw new Fault(
        'artifact-too-large',
        `The saved dry run has ${content.length} bytes; ${ARTIFACT_BYTES_MAX} are allowed. Split the unit.`,
        { retryable: false },
      );
    }
    const id = sha256(content);
    const sealed = this.#box.seal(content, placeOf(tenantId, id));
    await asTenant(this.#pool, { tenantId, what: 'store a saved dry run' }, (client) =>
      client.query('insert into artifact (tenant_id, artifact_id, sealed) values ($1, $2, $3) on conflict do nothing', [
        tenantId,
        id,
        sealed,
      ]),
    );
    return { id, digest: `sha256:${id}` };
  }

  async get(tenantId: string, ref: ArtifactRef): Promise<Uint8Array | undefined> {
    const found = await asTenant(this.#pool, { tenantId, what: 'read a saved dry run' }, (client) =>
      client.query<{ sealed: Buffer }>('select sealed from artifact where tenant_id = $1 and artifact_id = $2', [
        tenantId,
        ref.id,
      ]),
    );
    const [row] = found.rows;
    return row === undefined ? undefined : this.#open(tenantId, ref, row.sealed);
  }

  #open(tenantId: string, ref: ArtifactRef, sealed: Uint8Array): Uint8Array {
    let content: Uint8Array;
    try {
      content = this.#box.open(sealed, placeOf(tenantId, ref.id));
    } catch (error) {
      throw corrupt(ref, error);
    }
    if (`sha256:${sha256(content)}` !== ref.digest) throw corrupt(ref);
    return content;
  }
}

function placeOf(tenantId: string, artifactId: string): string {
  return `${tenantId}|artifact|${artifactId}`;
}

function corrupt(ref: ArtifactRef, cause?: unknown): Fault {
  const message = `The saved dry run ${ref.digest} is not what was stored. Plan again; look for changed rows or keys.`;
  return new Fault('artifact-corrupt', message, { retryable: false, cause });
}
