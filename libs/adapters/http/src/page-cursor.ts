import { createHmac, timingSafeEqual } from 'node:crypto';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';

const MAC_BYTES = 16;

/**
 * Signs the place where a page ended, so that a client can only come back to places it was given, within the list and
 * the tenant it was given for.
 */
export class PageCursors {
  /** The secret has at least 32 bytes. Another secret ends every cursor, which is harmless. */
  constructor(private readonly secret: string) {}

  /** A cursor for the id that the page ended with. `scope` = tenant, list and filters. */
  sign(lastId: string, scope: readonly string[]): string {
    const id = Buffer.from(lastId, 'utf8');
    return Buffer.concat([this.mac(lastId, scope), id]).toString('base64url');
  }

  /**
   * The id in a cursor.
   *
   * @throws HttpProblem 400 `invalid-parameter` for a cursor of another list, tenant or server.
   */
  read(cursor: string, scope: readonly string[]): string {
    const bytes = Buffer.from(cursor, 'base64url');
    const lastId = bytes.subarray(MAC_BYTES).toString('utf8');
    const given = bytes.subarray(0, MAC_BYTES);
    if (given.length === MAC_BYTES && timingSafeEqual(given, this.mac(lastId, scope))) return lastId;
    throw this.refusal();
  }

  /** What is said of a cursor that leads nowhere. */
  refusal(): HttpProblem {
    return edgeProblem('invalid-parameter', {
      detail: 'The cursor is not of this list. Start again without it, with the same filters on every page.',
      errors: [{ pointer: '?cursor', detail: 'must be the nextCursor of the page before, with the same filters' }],
    });
  }

  private mac(lastId: string, scope: readonly string[]): Buffer {
    const text = JSON.stringify([lastId, ...scope]);
    return createHmac('sha256', this.secret).update(text).digest().subarray(0, MAC_BYTES);
  }
}
