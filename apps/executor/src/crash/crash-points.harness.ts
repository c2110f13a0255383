import { writeSync } from 'node:fs';
import type { Engine, RunnerRegistry } from '@caisson/engine';
import type { AppendRequest, EventStore, JobQueue, LockManager } from '@caisson/event-sourcing';
import { EXECUTION_QUEUE } from '@caisson/execution';

/** Where an executor may die while it carries an attempt (`C25` to `C27`: while it takes one over). */
export const CRASH_POINTS = {
  C17: 'lease granted',
  C18: 'before the intent is recorded',
  C19: 'intent recorded, before go',
  C20: 'go, before the first effect',
  C21: 'between two effects',
  C22: 'tool ended, before its evidence is taken',
  C23: 'evidence taken, before the result is recorded',
  C24: 'result recorded, before the lease is released',
  C25: 'takeover: fence raised, before the old runner is killed',
  C26: 'takeover: old runner killed, before the world is looked at',
  C27: 'takeover: the world was looked at, before that is recorded',
  C28: 'job claimed',
  C29: 'all recorded, before the job is marked done',
} as const;

/** One of them. */
export type CrashPoint = keyof typeof CRASH_POINTS;

/** A safeguard that is taken out, to see that the test would notice. */
export type Ablation = 'fence' | 'intent' | 'kill-step';

/** Freezes this process where it stands, and says so first. Whoever hears it kills it, or lets it go on. */
export function freezeHere(point: CrashPoint): void {
  writeSync(1, `${JSON.stringify({ reached: point })}\n`);
  process.kill(process.pid, 'SIGSTOP');
}

/** Freezes the process the first time that a point is reached. */
export class Crash {
  readonly #point: CrashPoint | undefined;
  #happened = false;
  /** Ends when what this process has sent out was answered. */
  answered: Promise<unknown> = Promise.resolve();

  constructor(point: CrashPoint | undefined) {
    this.#point = point;
  }

  /** Whether this process is to die, by itself or by another's hand. */
  get isArmed(): boolean {
    return this.#point !== undefined;
  }

  at(point: CrashPoint): void {
    if (point !== this.#point || this.#happened) return;
    this.#happened = true;
    freezeHere(point);
  }
}

/** Claims that end soon, and the points around a job. A process that is to die says when it has let go of a job. */
export function crashingJobs(jobs: JobQueue, crash: Crash, leaseMs: number): JobQueue {
  const ended = <Answer>(answer: Answer): Answer => {
    if (crash.isArmed) void crash.answered.then(() => writeSync(1, `${JSON.stringify({ letGo: true })}\n`));
    return answer;
  };
  return {
    claim: async (request) => {
      const claimed = await jobs.claim({ ...request, leaseMs });
      if (claimed.some(({ queue }) => queue === EXECUTION_QUEUE)) crash.at('C28');
      return claimed;
    },
    renew: async (held) => {
      const kept = await jobs.renew(held, leaseMs);
      return kept.size < held.length ? ended(kept) : kept;
    },
    complete: async (job) => {
      if (job.queue === EXECUTION_QUEUE) crash.at('C29');
      return ended(await jobs.complete(job));
    },
    release: async (job, delayMs, reason) => ended(await jobs.release(job, delayMs, reason)),
    fail: async (job, reason) => ended(await jobs.fail(job, reason)),
    failed: (queue, limit) => jobs.failed(queue, limit),
    releaseWorker: (worker) => jobs.releaseWorker(worker),
  };
}

/** The point after the lease. Without the fence, holders raise none. */
export function crashingLocks(locks: LockManager, crash: Crash, ablation: Ablation | undefined): LockManager {
  return {
    withLock: ({ fences, ...request }, work) =>
      locks.withLock({ ...request, ...(ablation === 'fence' || fences === undefined ? {} : { fences }) }, (lock) => {
        crash.at('C17');
        return work(lock);
      }),
  };
}

/** The points around the intent and the result of one unit. */
export function crashingStore(store: EventStore, crash: Crash, unitId: string): EventStore {
  const holds = (request: AppendRequest, type: string): boolean =>
    request.events.some((event) => event.type === type && (event.data as { unitId?: string }).unitId === unitId);
  return {
    load: (request) => store.load(request),
    saveSnapshot: (stream, snapshot) => store.saveSnapshot(stream, snapshot),
    versions: (streams) => store.versions(streams),
    readAll: (after, limit) => store.readAll(after, limit),
    append: async (request) => {
      if (holds(request, 'TaskStarted')) crash.at('C18');
      if (holds(request, 'TaskSucceeded')) crash.at('C23');
      const answer = await store.append(request);
      if (holds(request, 'TaskStarted')) crash.at('C19');
      if (holds(request, 'TaskSucceeded')) crash.at('C24');
      return answer;
    },
  };
}

/** Writes nothing about a start: it comes with whatever is written next. As if the intent were no fact of its own. */
export function withoutIntents(store: EventStore): EventStore {
  let held: AppendRequest | undefined;
  return {
    load: (request) => store.load(request),
    saveSnapshot: (stream, snapshot) => store.saveSnapshot(stream, snapshot),
    versions: (streams) => store.versions(streams),
    readAll: (after, limit) => store.readAll(after, limit),
    append: async (request) => {
      const whole: AppendRequest =
        held === undefined
          ? request
          : { ...request, expected: held.expected, events: [...held.events, ...request.events] };
      held = undefined;
      if (!request.events.some(({ type }) => type === 'TaskStarted')) return store.append(whole);
      held = whole;
      return { outcome: 'appended', head: { version: whole.expected.version + whole.events.length, hash: '' } };
    },
  };
}

/** The points around the tool and around a look at the world. */
export function crashingEngine(engine: Engine, crash: Crash, unitId: string): Engine {
  return {
    name: engine.name,
    capabilities: () => engine.capabilities(),
    validate: (unit, call) => engine.validate(unit, call),
    plan: (request, call) => engine.plan(request, call),
    destroy: (unit, call) => engine.destroy(unit, call),
    health: () => engine.health(),
    apply: async (request, call) => {
      const result = await engine.apply(request, call);
      if (request.unit.unitId === unitId) crash.at('C22');
      return result;
    },
    observe: async (unit, call) => {
      if (unit.unitId === unitId) crash.at('C26');
      const observation = await engine.observe(unit, call);
      if (unit.unitId === unitId) crash.at('C27');
      return observation;
    },
  };
}

/** The point before the old runner is killed. Without the kill step, nobody was ever there. */
export function crashingRunners(runners: RunnerRegistry, crash: Crash, ablation: Ablation | undefined): RunnerRegistry {
  return {
    register: (runner) => runners.register(runner),
    forget: (runner) => runners.forget(runner),
    olderThan: async (tenantId, deploymentId, fencingToken) => {
      crash.at('C25');
      return ablation === 'kill-step' ? [] : runners.olderThan(tenantId, deploymentId, fencingToken);
    },
  };
}

/**
 * The points around a server's creation in the sandbox cloud. What was frozen before it goes out when the process goes
 * on, as a request does that was in the network already. Without the fence, the token is that of the newest holder.
 */
export function crashingFetch(crash: Crash, ablation: Ablation | undefined): typeof fetch {
  const real = globalThis.fetch;
  return async (input, init) => {
    const isCreation = init?.method === 'POST' && typeof input === 'string' && input.endsWith('/v1/servers');
    if (!isCreation) return real(input, init);
    crash.at('C20');
    const { signal: _signal, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (ablation === 'fence') headers.set('fencing-token', '999999');
    const response = real(input, { ...rest, headers });
    crash.answered = response.catch(() => undefined);
    await response;
    crash.at('C21');
    return response;
  };
}
