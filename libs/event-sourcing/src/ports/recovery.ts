import type { StreamRef } from './event-store.js';

/** A stream that a consumer set aside. */
export interface ParkedStream extends StreamRef {
  readonly consumer: string;
  /** The version that could not be handled. */
  readonly fromVersion: number;
  readonly reason: string;
}

/** A job that was tried and then given up. */
export interface GivenUpJob {
  readonly jobId: string;
  readonly tenantId: string;
  readonly queue: string;
  readonly key: string;
  readonly attempt: number;
  readonly reason: string;
  /** When it was given up, by the database's clock; an instant in UTC. */
  readonly endedAt: string;
}

/** A lease as it stands: who may act on something, and until when. */
export interface HeldLease {
  readonly tenantId: string;
  readonly resource: string;
  /** The process that took it. */
  readonly holder: string;
  readonly token: number;
  /** By the database's clock; an instant in UTC. One that has passed: anybody may take it. */
  readonly expiresAt: string;
}

/** What waits for a person, over all tenants: for operators. */
export interface Recovery {
  /** Parked streams, of one consumer or of all, at most `limit`. */
  parked(request: { readonly consumer?: string; readonly limit: number }): Promise<readonly ParkedStream[]>;
  /** A parked stream; undefined when the consumer has not set it aside. */
  findParked(ref: StreamRef & { readonly consumer: string }): Promise<ParkedStream | undefined>;
  /** Jobs that were given up, in one queue or in all, the oldest first, at most `limit`. */
  givenUp(request: { readonly queue?: string; readonly limit: number }): Promise<readonly GivenUpJob[]>;
  /** A job that was given up; undefined when there is none of this id. */
  findGivenUp(jobId: string): Promise<GivenUpJob | undefined>;
  /** Opens a job that was given up, as if it had never been tried. False when it was not given up (any more). */
  reopen(jobId: string): Promise<boolean>;
  /** Leases, of one tenant or of all, at most `limit`. */
  leases(request: { readonly tenantId?: string; readonly limit: number }): Promise<readonly HeldLease[]>;
  /** A lease; undefined when nobody has it. */
  findLease(ref: Pick<HeldLease, 'tenantId' | 'resource'>): Promise<HeldLease | undefined>;
  /**
   * Takes a lease from its holder, who cannot renew it and whose appends the next holder's token refuses. False when it
   * is no longer this one.
   */
  breakLease(lease: HeldLease): Promise<boolean>;
}
