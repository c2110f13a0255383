import type { ConsumerStore, EventStore, LockManager, Wakeups } from '@caisson/event-sourcing';
import type { ArtifactStore, AttemptLogs, EngineRegistry, ErrorClass } from '@caisson/engine';
import type { Clock, Random } from '@caisson/kernel';
import type { ExecutionLimits } from './execution-limits.js';
import type { Slots } from './slots.js';
import type { StreamLooks } from './stream-looks.js';

/** Whose runners are to be stopped. */
export interface OldRunnersOf {
  readonly tenantId: string;
  readonly deploymentId: string;
  /** Of the present holder: runners under lower tokens are old. */
  readonly fencingToken: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
}

/** Stops what earlier holders of a deployment may have left running. */
export interface OldRunners {
  /**
   * Resolves when no tool that was started for the deployment under a lower token can change the world any more.
   *
   * @throws Fault (retryable) when that cannot be proven yet: nothing may be done meanwhile.
   */
  stop(of: OldRunnersOf): Promise<void>;
}

/** A command of a check. */
export interface CheckCommand {
  readonly tenantId: string;
  readonly deploymentId: string;
  /** A name that the administrator allows. */
  readonly command: string;
  readonly args: readonly string[];
  /** Stops it and all that it started. */
  readonly signal: AbortSignal;
  /** One line of its output. */
  log(line: string): void;
}

/** What checks may do in the world. Each rejects without an answer or when it is not allowed; each obeys its signal. */
export interface CheckWorld {
  /** The status code of a GET. Follows no redirect. */
  status(url: string, signal: AbortSignal): Promise<number>;
  /** Connects to a port and hangs up. */
  connect(target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void>;
  /** Runs an allowed command; its exit code, or undefined when a signal ended it. */
  run(command: CheckCommand): Promise<number | undefined>;
}

/** Hears what happens in executions, to log and count it. Must not throw. */
export interface ExecutionObserver {
  /** Runs an attempt in surroundings of its own, such as a span of its trace. Default: just runs it. */
  aroundAttempt?<Result>(
    attempt: { readonly engine: string; readonly taskId: string; readonly attempt: number },
    work: () => Promise<Result>,
  ): Promise<Result>;
  attemptEnded(attempt: {
    readonly engine: string;
    readonly taskId: string;
    readonly attempt: number;
    readonly outcome: 'waiting' | 'succeeded' | 'failed' | 'timed-out' | 'unknown' | 'resolved';
    /** Of what went wrong, by which it is decided whether to try again; absent when nothing did. */
    readonly errorClass?: ErrorClass;
    readonly durationMs: number;
  }): void;
  /** One line of a tool's output, secrets removed. */
  toolSaid(taskId: string, line: string): void;
  /** Something was odd, was handled, and may interest an operator. */
  noticed(what: string, detail: Readonly<Record<string, unknown>>): void;
}

/** What executing needs. */
export interface ExecutionPorts {
  readonly store: EventStore;
  /** Of `store`, shared by all runs of the process. */
  readonly looks: StreamLooks;
  readonly publicEvents: Pick<ConsumerStore, 'readStream'>;
  readonly locks: LockManager;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly random: Random;
  readonly engines: EngineRegistry;
  readonly artifacts: ArtifactStore;
  /** What tools say, readable while they run. */
  readonly logs: Pick<AttemptLogs, 'open'>;
  readonly oldRunners: OldRunners;
  readonly checks: CheckWorld;
  readonly slots: Slots;
  readonly limits: ExecutionLimits;
  readonly observer: ExecutionObserver;
  /** The service that records: `executor`. */
  readonly service: string;
}
