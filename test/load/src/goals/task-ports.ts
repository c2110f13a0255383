import type { Engine, EngineCall, ResourceState, UnitInput } from '@caisson/engine';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import { EXECUTION_LIMITS, Slots, StreamLooks, type ExecutionPorts } from '@caisson/execution';
import type { JsonObject } from '@caisson/kernel';
import { systemClock, systemRandom } from '@caisson/service';
import { SAMPLE_DATA } from './sample-event.js';
import { TASK_ENGINE } from './task-runs.js';

const OUTPUTS = SAMPLE_DATA as JsonObject;

/** What stands for a unit after it was applied. */
export function statesOf({ resources }: UnitInput): readonly ResourceState[] {
  return resources.map(({ address }) => ({ address, outputs: OUTPUTS, expected: {} }));
}

/** An engine whose every call is done at once, except for what `apply` takes. */
export function taskEngine(apply: (unitId: string, call: EngineCall) => Promise<void>): Engine {
  return {
    name: TASK_ENGINE,
    capabilities: () => Promise.resolve({ types: [], dryRun: false, resourcesPerUnitMax: 1, alone: [], version: '1' }),
    validate: () => Promise.resolve([]),
    plan: () => Promise.resolve({ action: 'create', resources: [], changes: [] }),
    apply: async ({ unit }, call) => {
      await apply(unit.unitId, call);
      return { resources: statesOf(unit), evidence: { exitCode: 0 } };
    },
    observe: (unit) => Promise.resolve({ outcome: 'observed', resources: statesOf(unit) }),
    destroy: () => Promise.resolve({}),
    health: () => Promise.resolve({ healthy: true }),
  };
}

/** The engine that takes no time at all. */
export const INSTANT_ENGINE: Engine = taskEngine(() => Promise.resolve());

/** What the executor works with, on a real store; so many tasks at once. */
export function taskPorts(store: OpenedEventStore, engine: Engine, atOnce: number): ExecutionPorts {
  return {
    store: store.events,
    looks: new StreamLooks(store.events, systemClock),
    publicEvents: store.consumers,
    locks: store.locks,
    wakeups: store.wakeups,
    clock: systemClock,
    random: systemRandom,
    engines: new Map([[engine.name, engine]]),
    artifacts: {
      put: () => Promise.reject(new Error('nothing is dry-run here')),
      get: () => Promise.reject(new Error('nothing is dry-run here')),
    },
    oldRunners: { stop: () => Promise.resolve() },
    logs: { open: () => ({ add: () => undefined, flush: () => Promise.resolve() }) },
    checks: { status: () => Promise.resolve(200), connect: () => Promise.resolve(), run: () => Promise.resolve(0) },
    slots: new Slots({ total: atOnce, perTenant: atOnce, perRun: atOnce, perEngine: {} }, systemClock),
    limits: EXECUTION_LIMITS,
    observer: {
      attemptEnded: () => undefined,
      toolSaid: () => undefined,
      noticed: (what, detail) => process.stderr.write(`  ${what} ${JSON.stringify(detail)}\n`),
    },
    service: 'executor',
  };
}
