import { HEAD_START_MS, type Priority } from '@caisson/contracts';
import type { Clock } from '@caisson/kernel';

/** How many attempts may run at once in this process. */
export interface SlotLimits {
  readonly total: number;
  readonly perTenant: number;
  readonly perRun: number;
  /** By engine; engines without an entry are bounded by the others only. */
  readonly perEngine: Readonly<Record<string, number>>;
}

/** Who wants a place. */
export interface SlotRequest {
  readonly tenantId: string;
  readonly runId: string;
  readonly engine: string;
  readonly priority: Priority;
}

/** A place that was given. */
export interface Slot {
  /** Gives the place back. Twice is once. */
  release(): void;
}

/** A run that waits for so long counts as more urgent by one step; the steps of the priorities are multiples of it. */
const AGEING_STEP_MS = HEAD_START_MS.normal;

/** Turns that are remembered of those who want nothing at present. */
const TURNS_REMEMBERED_MAX = 2_000;

interface Waiting {
  readonly request: SlotRequest;
  readonly place: number;
  readonly onGranted: (slot: Slot) => void;
}

/** Whose turn it is: the longer ago the last one, the sooner the next. */
interface Party {
  turn: number;
  taken: number;
}

interface Run extends Party {
  readonly priority: Priority;
  /** When it began to wait: its first wish, or its last place. By the monotonic clock. */
  waitsSinceMs: number;
  /** By engine, the oldest first. */
  readonly wishes: Map<string, Set<Waiting>>;
}

interface Tenant extends Party {
  readonly runs: Map<string, Run>;
}

/**
 * Hands out the places of this process: over tenants in turns; within a tenant to its most urgent run, where waiting
 * makes a run more urgent, and in turns among equals; within a run by age. So a tenant with thousands of tasks delays
 * nobody else by more than the time until a place comes back, and nothing waits for ever.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** Everyone who has a place or wants one. */
  readonly #tenants = new Map<string, Tenant>();
  readonly #perEngine = new Map<string, number>();
  /** The last turns of tenants and runs, the latest at the end: who comes back goes on where it was. */
  readonly #turnsOf = new Map<string, number>();
  #taken = 0;
  #turns = 0;
  #places = 0;

  constructor(limits: SlotLimits, clock: Pick<Clock, 'monotonicMs'>) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Places given out. */
  get taken(): number {
    return this.#taken;
  }

  /** Asks for a place; `onGranted` is called at once or later, and once. The answer withdraws the wish. */
  request(request: SlotRequest, onGranted: (slot: Slot) => void): () => void {
    const { engine, priority, runId, tenantId } = request;
    const tenant = entryOf(this.#tenants, tenantId, (): Tenant => {
      return { turn: this.#turnOf(tenantId), taken: 0, runs: new Map() };
    });
    const run = entryOf(tenant.runs, runId, (): Run => {
      const waitsSinceMs = this.#clock.monotonicMs();
      return { priority, turn: this.#turnOf(keyOf(request)), taken: 0, waitsSinceMs, wishes: new Map() };
    });
    if (run.wishes.size === 0) run.waitsSinceMs = this.#clock.monotonicMs();
    this.#places += 1;
    const waiting = { request, place: this.#places, onGranted };
    entryOf(run.wishes, engine, () => new Set<Waiting>()).add(waiting);
    this.#grant();
    return () => {
      forget(run, waiting);
      this.#forgetIfIdle(request, { tenant, run });
    };
  }

  #grant(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { run, waiting } = next;
      forget(run, waiting);
      run.waitsSinceMs = this.#clock.monotonicMs();
      this.#takeTurn(waiting.request, next);
      this.#count(waiting.request, next, 1);
      waiting.onGranted(this.#slotFor(waiting.request, next));
    }
  }

  #slotFor(request: SlotRequest, parties: Parties): Slot {
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        this.#count(request, parties, -1);
        this.#forgetIfIdle(request, parties);
        this.#grant();
      },
    };
  }

  #next(): (Parties & { readonly waiting: Waiting }) | undefined {
    if (this.#taken >= this.#limits.total) return undefined;
    let best: (Parties & { readonly waiting: Waiting }) | undefined;
    for (const tenant of this.#tenants.values()) {
      if (tenant.taken >= this.#limits.perTenant || (best !== undefined && best.tenant.turn <= tenant.turn)) continue;
      const found = this.#nextOf(tenant);
      if (found !== undefined) best = { tenant, ...found };
    }
    return best;
  }

  /** The run of a tenant that goes first: the most urgent one, and among equals the one whose turn it is. */
  #nextOf({ runs }: Tenant): { readonly run: Run; readonly waiting: Waiting } | undefined {
    const nowMs = this.#clock.monotonicMs();
    let best: { readonly run: Run; readonly waiting: Waiting; readonly urgency: number } | undefined;
    for (const run of runs.values()) {
      const waiting = run.taken < this.#limits.perRun ? this.#eligible(run) : undefined;
      if (waiting === undefined) continue;
      const urgency = urgencyOf(run, nowMs);
      const first = best === undefined || urgency > best.urgency;
      if (first || (urgency === best?.urgency && run.turn < best.run.turn)) best = { run, waiting, urgency };
    }
    return best;
  }

  /** The oldest wish of a run whose engine has room. */
  #eligible({ wishes }: Run): Waiting | undefined {
    let oldest: Waiting | undefined;
    for (const [engine, waitings] of wishes) {
      if (!this.#engineHasRoom(engine)) continue;
      const [first] = waitings;
      if (first !== undefined && (oldest === undefined || first.place < oldest.place)) oldest = first;
    }
    return oldest;
  }

  #engineHasRoom(engine: string): boolean {
    return (this.#perEngine.get(engine) ?? 0) < (this.#limits.perEngine[engine] ?? Number.POSITIVE_INFINITY);
  }

  #count({ engine }: SlotRequest, { tenant, run }: Parties, change: 1 | -1): void {
    this.#taken += change;
    tenant.taken += change;
    run.taken += change;
    this.#perEngine.set(engine, (this.#perEngine.get(engine) ?? 0) + change);
  }

  #takeTurn(request: SlotRequest, { run, tenant }: Parties): void {
    this.#turns += 1;
    tenant.turn = this.#turns;
    run.turn = this.#turns;
    for (const key of [request.tenantId, keyOf(request)]) {
      this.#turnsOf.delete(key);
      this.#turnsOf.set(key, this.#turns);
    }
    for (const oldest of this.#turnsOf.keys()) {
      if (this.#turnsOf.size <= TURNS_REMEMBERED_MAX) return;
      this.#turnsOf.delete(oldest);
    }
  }

  #turnOf(key: string): number {
    return this.#turnsOf.get(key) ?? 0;
  }

  /** Whoever has nothing and wants nothing is no longer looked at. */
  #forgetIfIdle({ tenantId, runId }: SlotRequest, { run, tenant }: Parties): void {
    if (run.taken === 0 && run.wishes.size === 0) tenant.runs.delete(runId);
    if (tenant.runs.size === 0) this.#tenants.delete(tenantId);
  }
}

interface Parties {
  readonly tenant: Tenant;
  readonly run: Run;
}

function urgencyOf({ priority, waitsSinceMs }: Run, nowMs: number): number {
  return Math.floor((HEAD_START_MS[priority] + nowMs - waitsSinceMs) / AGEING_STEP_MS);
}

function keyOf({ runId, tenantId }: SlotRequest): string {
  return `${tenantId}\u001f${runId}`;
}

function forget(run: Run, waiting: Waiting): void {
  const { engine } = waiting.request;
  const waitings = run.wishes.get(engine);
  waitings?.delete(waiting);
  if (waitings?.size === 0) run.wishes.delete(engine);
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
