import type { CommandRuntime, LockManager } from '@caisson/event-sourcing';
import type { ArtifactStore, EngineRegistry } from '@caisson/engine';
import type { Clock } from '@caisson/kernel';
import type { PlanningTables } from '../domain/planning-tables.js';

/** Hears what happens while planning, to log and count it. Must not throw. */
export interface PlanningObserver {
  /** One line of a tool's output, secrets removed. */
  toolSaid(unitId: string, line: string): void;
  /** An engine answered, or failed to. */
  engineCalled(call: {
    readonly engine: string;
    readonly operation: 'capabilities' | 'validate' | 'plan';
    readonly durationMs: number;
    readonly outcome: 'ok' | 'failed';
  }): void;
  /** A request to plan was judged, the planning included. */
  planningEnded(planning: {
    readonly runId: string;
    readonly round: number;
    readonly outcome: 'planned' | 'refused' | 'outdated';
    readonly durationMs: number;
    /** Why it was refused. */
    readonly code?: string;
  }): void;
}

/** Gives the tables that hold now. */
export interface TableSource {
  /** @throws Fault, retryable, while they cannot be read. */
  current(tenantId: string): Promise<PlanningTables>;
}

/** What the built-in planner needs. */
export interface BuiltInPlannerPorts {
  readonly engines: EngineRegistry;
  readonly artifacts: ArtifactStore;
  readonly tables: TableSource;
  readonly clock: Clock;
  readonly observer: PlanningObserver;
}

/** What every planning use case needs. */
export interface PlanningPorts {
  readonly runtime: CommandRuntime;
  readonly locks: LockManager;
  readonly observer: PlanningObserver;
}
