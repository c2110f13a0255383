/** A tool's process tree as it was registered before it was told to go. */
export interface Runner {
  readonly runnerId: string;
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly fencingToken: number;
  /** Identifies the booted machine: processes of another one cannot be looked at or killed from here. */
  readonly hostId: string;
  readonly processGroupId: number;
  /** Start time of the group's leader in clock ticks since boot: a reused id is another process. */
  readonly startTicks: number;
  /** Where it works; what it left behind is found there. */
  readonly workDirectory: string;
}

/** Knows the processes that may still be changing the world. */
export interface RunnerRegistry {
  /** Records a runner before it is told to go. Durable when it answers. */
  register(runner: Runner): Promise<void>;
  /** Forgets a runner that is proven gone. */
  forget(runner: Pick<Runner, 'tenantId' | 'runnerId'>): Promise<void>;
  /** Runners of a deployment started under an older token. */
  olderThan(tenantId: string, deploymentId: string, fencingToken: number): Promise<readonly Runner[]>;
}
