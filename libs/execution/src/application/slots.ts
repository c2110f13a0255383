/** How many attempts may run at once in this process. */
export interface SlotLimits {
  readonly total: number;
  readonly perRun: number;
  /** By engine; engines without an entry are bounded by the others only. */
  readonly perEngine: Readonly<Record<string, number>>;
}

/** Who wants a place. */
export interface SlotRequest {
  readonly tenantId: string;
  readonly runId: string;
  readonly engine: string;
}

/** A place that was given. */
export interface Slot {
  /** Gives the place back. Twice is once. */
  release(): void;
}

interface Waiting {
  readonly request: SlotRequest;
  readonly onGranted: (slot: Slot) => void;
}

/** Whose turn it is: the longer ago the last one, the sooner the next. */
interface Party {
  turn: number;
  taken: number;
}

interface Run extends Party {
  readonly wishes: Set<Waiting>;
}

interface Tenant extends Party {
  readonly runs: Map<string, Run>;
}

/**
 * Hands out the places of this process in turns: over tenants, within a tenant over its runs, within a run by age. So a
 * run with thousands of tasks delays nobody else by more than one turn.
 */
export class Slots {
  readonly #limits: SlotLimits;
  /** Everyone who has a place or wants one. */
  readonly #tenants = new Map<string, Tenant>();
  readonly #perEngine = new Map<string, number>();
  #taken = 0;
  #turns = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Places given out. */
  get taken(): number {
    return this.#taken;
  }

  /** Asks for a place; `onGranted` is called at once or later, and once. The answer withdraws the wish. */
  request(request: SlotRequest, onGranted: (slot: Slot) => void): () => void {
    const waiting = { request, onGranted };
    const tenant = entryOf(this.#tenants, request.tenantId, (): Tenant => ({ turn: 0, taken: 0, runs: new Map() }));
    const run = entryOf(tenant.runs, request.runId, (): Run => ({ turn: 0, taken: 0, wishes: new Set() }));
    run.wishes.add(waiting);
    this.#grant();
    return () => {
      run.wishes.delete(waiting);
      this.#forgetIfIdle(request, tenant, run);
    };
  }

  #grant(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { run, tenant, waiting } = next;
      run.wishes.delete(waiting);
      this.#turns += 1;
      tenant.turn = this.#turns;
      run.turn = this.#turns;
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
        this.#forgetIfIdle(request, parties.tenant, parties.run);
        this.#grant();
      },
    };
  }

  #next(): (Parties & { readonly waiting: Waiting }) | undefined {
    if (this.#taken >= this.#limits.total) return undefined;
    for (const tenant of inTurn(this.#tenants)) {
      for (const run of inTurn(tenant.runs)) {
        const waiting = run.taken < this.#limits.perRun ? this.#eligible(run) : undefined;
        if (waiting !== undefined) return { tenant, run, waiting };
      }
    }
    return undefined;
  }

  #eligible({ wishes }: Run): Waiting | undefined {
    for (const waiting of wishes) if (this.#engineHasRoom(waiting.request.engine)) return waiting;
    return undefined;
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

  /** Whoever has nothing and wants nothing begins anew next time. */
  #forgetIfIdle({ tenantId, runId }: SlotRequest, tenant: Tenant, run: Run): void {
    if (run.taken === 0 && run.wishes.size === 0) tenant.runs.delete(runId);
    if (tenant.runs.size === 0) this.#tenants.delete(tenantId);
  }
}

interface Parties {
  readonly tenant: Tenant;
  readonly run: Run;
}

function inTurn<Of extends Party>(parties: ReadonlyMap<string, Of>): readonly Of[] {
  return [...parties.values()].sort((left, right) => left.turn - right.turn);
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
