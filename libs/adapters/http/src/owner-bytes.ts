import { isUuid } from '@caisson/kernel';

const ID_BYTES = 16;

/** A thing of a tenant. Both ids are UUIDs. */
export interface Owned {
  readonly tenantId: string;
  readonly id: string;
}

/** How many bytes name a thing and its tenant. */
export const OWNER_BYTES = 2 * ID_BYTES;

/** The `OWNER_BYTES` that name a thing of a tenant. */
export function bytesOfOwner({ id, tenantId }: Owned): Buffer {
  return Buffer.from(`${tenantId}${id}`.replaceAll('-', ''), 'hex');
}

/** Which thing the first `OWNER_BYTES` name. Nothing is proved by that. */
export function ownerOfBytes(bytes: Buffer): Owned | undefined {
  const [tenantId, id] = [uuidOf(bytes.subarray(0, ID_BYTES)), uuidOf(bytes.subarray(ID_BYTES, OWNER_BYTES))];
  return isUuid(tenantId) && isUuid(id) ? { tenantId, id } : undefined;
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
