import { EngineFailure } from '@caisson/engine';

/** Code of failures for want of space. */
export const DISK_FULL = 'disk-full';

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Writes what a command needs before it is asked for anything.
 *
 * @throws EngineFailure `disk-full` (transient) when there is no space: nothing was touched, and it may pass.
 */
export async function whereSpaceIs<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error) || !FULL.has(error.code)) throw error;
    const remedy = 'Free some space where CAISSON_DATA_DIR is, then retry.';
    const message = `The disk is full: ${path} could not be written. ${remedy}`;
    throw new EngineFailure(DISK_FULL, message, { errorClass: 'transient', untouched: true, cause: error });
  }
}
