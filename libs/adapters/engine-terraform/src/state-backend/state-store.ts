/** Names the state of one unit. */
export interface StateKey {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly unitId: string;
}

/** Who holds the lock of a state. */
export interface StateLock {
  readonly lockId: string;
  /** Token of the deployment's holder that locked. */
  readonly fencingToken: number;
  /** The lock info as Terraform sent it: JSON text. */
  readonly info: string;
}

/** What is known of the newest version without opening it. */
export interface StateHead {
  readonly serial: number;
  readonly lineage: string;
  /** SHA-256 of the content, 64 hexadecimal digits. */
  readonly digest: string;
}

/** One transaction on a state: nobody else changes the states of the deployment meanwhile. */
export interface StateTransaction {
  /** The highest fencing token that was ever seen for the deployment, the caller's included. */
  readonly fence: number;
  readonly lock: StateLock | undefined;
  readonly head: StateHead | undefined;
  setLock(lock: StateLock | undefined): Promise<void>;
  addVersion(head: StateHead, content: Uint8Array): Promise<void>;
}

/** Keeps states, their versions and locks, and the fence of each deployment. Encrypted at rest. */
export interface TerraformStateStore {
  /** Raises the deployment's fence to the token if it is higher, and runs the work in the same transaction. */
  transact<Result>(
    key: StateKey,
    fencingToken: number,
    work: (transaction: StateTransaction) => Promise<Result>,
  ): Promise<Result>;
  /** The newest version. Undefined when nothing was ever written. */
  read(key: StateKey): Promise<Uint8Array | undefined>;
}
