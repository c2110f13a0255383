import {
  decodeEvent,
  type AppliedUnit,
  type EventOf,
  type Plan,
  type PlannedChange,
  type PlanResource,
  type PlanUnit,
  type PublicEvent,
} from '@caisson/contracts';
import {
  EngineFailure,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type Observation,
  type PlanRequest,
  type ResourceState,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import {
  eventIdOf,
  type AppendRequest,
  type AppendResult,
  type EventStore,
  type HeldLock,
  type LoadedStream,
  type LoadRequest,
  type LockManager,
  type LockRequest,
  type RecordedEvent,
  type StreamRef,
  type Wakeups,
} from '@caisson/event-sourcing';
import { digestOf, Fault, jsonEquals, type Clock, type Json, type JsonObject } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { EXECUTION_LIMITS } from './execution-limits.js';
import type { ExecutionPorts } from './ports.js';
import { requestCancel } from './request-cancel.js';
import { resolveTask } from './resolve-task.js';
import { runExecution, type AskingEvent } from './run-execution.js';
import { Slots } from './slots.js';
import { GATHER_MS, StreamLooks } from './stream-looks.js';

const tenantId = 'tenant';
const run = { deploymentId: 'dep', runId: 'run' };
const STREAM = 'execution-run';

/** So many places, however they are shared out. */
function slotsOf(total: number, perEngine: Readonly<Record<string, number>> = {}): Slots {
  return new Slots({ total, perTenant: total, perRun: total, perEngine }, { monotonicMs: () => 0 });
}

/** Time that jumps to the next sleeper whenever nothing else is left to do. */
class VirtualClock implements Clock {
  #ms = Date.parse('2026-03-02T10:15:00.000Z');
  #sleepers: { readonly atMs: number; readonly wake: () => void; readonly signal: AbortSignal | undefined }[] = [];
  #scheduled = false;

  now = (): string => new Date(this.#ms).toISOString();
  monotonicMs = (): number => this.#ms;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      this.#sleepers.push({ atMs: this.#ms + ms, wake: resolve, signal });
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.#schedule();
    });

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() =>
      setImmediate(() => {
        this.#scheduled = false;
        this.#sleepers = this.#sleepers.filter(({ signal }) => signal?.aborted !== true);
        const next = this.#sleepers.sort((a, b) => a.atMs - b.atMs).shift();
        if (next === undefined) return;
        this.#ms = Math.max(this.#ms, next.atMs);
        next.wake();
        this.#schedule();
      }),
    );
  }
}

/** Streams, documents and fences as plain maps, with the store's own rules. */
class DoubleStore implements EventStore {
  readonly events: RecordedEvent[] = [];
  readonly documents = new Map<string, { version: number; body: JsonObject }>();
  readonly fences = new Map<string, number>();
  readonly sizes: number[] = [];
  /** Appends whose answer is lost after they were written. */
  answersToLose = 0;

  async load({ stream, commandId }: LoadRequest): Promise<LoadedStream> {
    const events = this.#of(stream);
    const commandRecorded = events.some(({ context }) => context.commandId === commandId);
    return { head: { version: events.length, hash: '' }, events, commandRecorded };
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    await Promise.resolve();
    const { stream, expected, fencingToken, context } = request;
    const present = this.#of(stream);
    if (present.some((event) => event.context.commandId === context.commandId)) {
      return { outcome: 'repeated', version: present.length };
    }
    const fence = this.fences.get(stream.streamId) ?? 0;
    if ((fencingToken ?? fence) !== fence) return { outcome: 'fenced', fencingToken: fence };
    if (expected.version !== present.length) return { outcome: 'conflict', version: present.length };
    const version = this.#write(request, present.length);
    this.sizes.push(request.events.length);
    if (this.answersToLose > 0) {
      this.answersToLose -= 1;
      throw new Fault('event-store-unavailable', 'the answer was lost', { retryable: true });
    }
    return { outcome: 'appended', head: { version, hash: '' } };
  }

  #write({ stream, context, events, documents }: AppendRequest, before: number): number {
    for (const [index, { type, schemaVersion, data, publicForm, causationId }] of events.entries()) {
      const published = publicForm === undefined ? {} : { published: { ...publicForm, data: publicForm.data ?? data } };
      this.events.push({
        ...{ eventId: eventIdOf(stream, context.commandId, index), ...stream, type, schemaVersion },
        ...{ version: before + index + 1, data: structuredClone(data), hash: '' },
        context: { ...context, causationId: causationId ?? context.causationId },
        ...published,
      });
    }
    const version = before + events.length;
    for (const { collection, id, body } of documents ?? []) {
      this.documents.set(`${collection}/${id}`, { version, body: structuredClone(body) });
    }
    return version;
  }

  saveSnapshot = async (): Promise<void> => undefined;
  versions = async (streams: readonly StreamRef[]): Promise<readonly number[]> =>
    streams.map((stream) => this.#of(stream).length);
  readAll = async () => [];

  document(collection: string, id: string): JsonObject | undefined {
    return this.documents.get(`${collection}/${id}`)?.body;
  }

  types(): string[] {
    return this.#of({ tenantId, streamId: STREAM }).map(({ type }) => type);
  }

  /** Public facts of the execution, checked against their schemas. */
  facts(): EventOf<'execution'>[] {
    return this.#of({ tenantId, streamId: STREAM }).flatMap((event) => {
      const { published } = event as RecordedEvent & { published?: { type: string; data: unknown } };
      if (published === undefined) return [];
      const envelope = { ...envelopeOf(event.version), id: event.eventId, causationId: event.context.causationId };
      const decoded = decodeEvent('execution', { ...envelope, type: published.type, data: published.data });
      return decoded === undefined ? [] : [decoded];
    });
  }

  #of(stream: StreamRef): RecordedEvent[] {
    return this.events.filter((event) => event.streamId === stream.streamId && event.tenantId === stream.tenantId);
  }
}

/** Leases that a test can take away. */
class DoubleLocks implements LockManager {
  readonly held = new Map<string, { readonly token: number; readonly abort: AbortController }>();
  #tokens = 0;
  constructor(readonly store: DoubleStore) {}

  async withLock<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    if (this.held.has(request.resource)) throw new Fault('lock-unavailable', 'held', { retryable: true });
    const token = (this.#tokens += 1);
    const abort = new AbortController();
    request.signal?.addEventListener('abort', () => abort.abort());
    this.held.set(request.resource, { token, abort });
    for (const stream of request.fences ?? []) this.store.fences.set(stream, token);
    try {
      return await work({ fencingToken: token, signal: abort.signal });
    } finally {
      if (this.held.get(request.resource)?.token === token) this.held.delete(request.resource);
    }
  }

  /** The lease runs out; its holder hears of it now or never. */
  expire(resource: string, tell: boolean): void {
    const lease = this.held.get(resource);
    this.held.delete(resource);
    if (tell) lease?.abort.abort();
  }
}

type Reaction = 'ok' | 'transient' | 'permanent' | 'partial' | 'unknown-done' | 'unknown-not-done' | 'hang' | 'deaf';

/** A world of units. What an apply does can be set per unit, attempt by attempt. */
class World implements Engine {
  readonly name = 'sandbox';
  readonly units = new Map<string, JsonObject>();
  /** Every change, by action key. */
  readonly effects: string[] = [];
  readonly calls: string[] = [];
  reactions = new Map<string, Reaction[]>();
  onApply: (unitId: string, call: EngineCall) => void | Promise<void> = () => undefined;
  unreadable = false;
  atWork = 0;
  most = 0;

  capabilities = async () => ({ types: [], dryRun: false, resourcesPerUnitMax: 1, alone: [], version: '1' });
  validate = async () => [];
  health = async () => ({ healthy: true });

  async plan({ unit }: PlanRequest): Promise<UnitPlan> {
    const standing = this.units.get(unit.unitId);
    const same = standing !== undefined && jsonEquals(standing, propertiesOf(unit));
    const action = same ? 'none' : 'update';
    return { action, resources: [{ address: unit.unitId, action }], changes: [] };
  }

  async apply({ unit }: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    this.calls.push(`apply ${unit.unitId}`);
    this.atWork += 1;
    this.most = Math.max(this.most, this.atWork);
    try {
      await this.onApply(unit.unitId, call);
      await this.#react(unit, call);
    } finally {
      this.atWork -= 1;
    }
    return this.#change(unit, call);
  }

  async destroy({ unitId }: UnitInput, call: EngineCall): Promise<JsonObject> {
    this.calls.push(`destroy ${unitId}`);
    await this.onApply(unitId, call);
    if (this.units.delete(unitId)) this.effects.push(call.actionKey);
    return { destroyed: true };
  }

  async observe({ unitId }: UnitInput): Promise<Observation> {
    const standing = this.units.get(unitId);
    if (this.unreadable) return { outcome: 'unreadable', reason: 'the provider is away' };
    if (standing === undefined) return { outcome: 'absent' };
    return { outcome: 'observed', resources: [stateOf(unitId, standing)] };
  }

  #change(unit: UnitInput, call: EngineCall): ApplyResult {
    const { unitId } = unit;
    const properties = propertiesOf(unit);
    const changes = !jsonEquals(this.units.get(unitId) ?? null, properties);
    if (changes) this.effects.push(call.actionKey);
    this.units.set(unitId, properties);
    return { resources: [stateOf(unitId, properties)], evidence: { exitCode: 0 } };
  }

  async #react(unit: UnitInput, call: EngineCall): Promise<void> {
    const reaction = this.reactions.get(unit.unitId)?.shift() ?? 'ok';
    const fail = (errorClass: 'transient' | 'permanent' | 'unknown', partial?: ApplyResult): never => {
      const rest = partial === undefined ? {} : { partial };
      throw new EngineFailure('tool-failed', `The tool failed (${reaction}).`, { errorClass, ...rest });
    };
    call.log(`${unit.unitId}: ${reaction}`);
    switch (reaction) {
      case 'ok':
        return;
      case 'transient':
      case 'permanent':
        return fail(reaction);
      case 'partial':
        return fail('permanent', this.#change(unit, call));
      case 'unknown-done':
        this.#change(unit, call);
        return fail('unknown');
      case 'unknown-not-done':
        return fail('unknown');
      case 'hang':
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
        return fail('unknown');
      case 'deaf':
        await new Promise(() => undefined);
    }
  }
}

function propertiesOf({ resources }: UnitInput): JsonObject {
  return resources[0]?.properties ?? {};
}

function stateOf(address: string, properties: JsonObject): ResourceState {
  return { address, outputs: { id: `${address}-id` }, expected: { [address]: properties } };
}

function envelopeOf(sequence: number): PublicEvent {
  return {
    ...{ id: `event-${sequence}`, type: '', source: '/caisson/api', subject: 'deployment-dep', tenantId },
    ...{ time: '2026-03-02T10:15:00.000Z', correlationId: 'story', causationId: 'click', actor: 'mia' },
    ...{ sequence, data: {} },
  };
}

/** A unit of one resource. */
function planUnit(unitId: string, options: Partial<PlanUnit & PlanResource> = {}): PlanUnit {
  const { action = 'create', checks = [], dependsOn = [], properties = { name: unitId }, ...more } = options;
  const facts = { action, dependsOn, estimatedMs: 1000, costPerMonth: 0 };
  const resource = { address: unitId, type: 'server', properties, checks, ...facts };
  return { unitId, engine: 'sandbox', provider: 'sandbox', ...facts, resources: [resource], ...more };
}

function planOf(units: readonly PlanUnit[], outputs: Record<string, string> = {}): Plan {
  const edges = units.flatMap(({ unitId, dependsOn }) => dependsOn.map((from): [string, string] => [from, unitId]));
  const content = {
    ...{ ...run, kind: 'create', units: [...units], edges, waves: [], changes: [], policy: [], irreversible: [] },
    cost: { currency: 'EUR', before: 0, after: 0, delta: 0, perUnit: [] },
    duration: { sumMs: 0, criticalPathMs: 0 },
    risk: { level: 'low' as const, score: 0, reasons: [] },
    ...{ inputs: {}, outputs },
  };
  return { ...content, digest: digestOf(content) };
}

function startedBy(
  plan: Plan,
  options: { sequence?: number; applied?: AppliedUnit[]; onFailure?: 'rollback' | 'keep' } = {},
) {
  const { sequence = 10, applied = [], onFailure = 'rollback' } = options;
  const data = {
    ...run,
    kind: 'create' as const,
    planDigest: plan.digest,
    onFailure,
    priority: 'normal' as const,
    applied,
  };
  return { ...envelopeOf(sequence), fact: 'run-started', data } as AskingEvent;
}

function standing(unitId: string, properties: JsonObject): AppliedUnit {
  const resource = {
    type: 'server',
    properties: { ...properties },
    dependsOn: [],
    ...stateOf(unitId, { ...properties }),
  };
  const place = { unitId, engine: 'sandbox', provider: 'sandbox' };
  return { ...place, resources: [resource], dependsOn: [], runId: 'earlier' };
}

class Scene {
  readonly store = new DoubleStore();
  readonly locks = new DoubleLocks(this.store);
  readonly clock = new VirtualClock();
  readonly world = new World();
  readonly stopped: number[] = [];
  readonly noticed: string[] = [];
  readonly ended: string[] = [];
  statuses: (number | 'down')[] = [];
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly wakeups: Wakeups = {
    wake: (channel) => this.#listeners.get(channel)?.forEach((listener) => listener()),
    listen: (channel, onWake) => {
      this.#listeners.set(channel, (this.#listeners.get(channel) ?? new Set()).add(onWake));
      return () => void this.#listeners.get(channel)?.delete(onWake);
    },
  };
  ports: ExecutionPorts;

  constructor(readonly plan: Plan) {
    const { clock, locks, store, wakeups } = this;
    this.ports = {
      ...{ store, looks: new StreamLooks(store, clock), locks, wakeups, clock, service: 'executor' },
      limits: EXECUTION_LIMITS,
      publicEvents: { readStream: async () => [this.#planComputed()] },
      random: { next: () => 0.5 },
      engines: new Map([['sandbox', this.world]]),
      artifacts: { put: async () => ({ id: '', digest: '' }), get: async () => undefined },
      logs: { open: () => ({ add: () => undefined, flush: async () => undefined }) },
      oldRunners: { stop: async ({ fencingToken }) => void this.stopped.push(fencingToken) },
      checks: { status: async () => this.#probe(), connect: async () => undefined, run: async () => 0 },
      slots: slotsOf(8),
      observer: {
        attemptEnded: ({ outcome, errorClass }) => this.ended.push(`${outcome} ${errorClass ?? 'none'}`),
        toolSaid: () => undefined,
        noticed: (what) => this.noticed.push(what),
      },
    };
  }

  execute(
    event: AskingEvent = startedBy(this.plan),
    options: { draining?: AbortSignal; signal?: AbortSignal; lastTry?: boolean } = {},
  ) {
    const { draining = new AbortController().signal, signal = new AbortController().signal, lastTry = false } = options;
    return runExecution(this.ports, { event, draining, signal, lastTry });
  }

  async cancel(sequence = 11): Promise<void> {
    const event = { ...envelopeOf(sequence), fact: 'run-cancelling', data: { ...run, reason: 'not needed' } } as const;
    const runtime = { store: this.store, clock: this.clock, service: 'executor' };
    await requestCancel(runtime, this.wakeups, event);
  }

  last(): EventOf<'execution'> {
    return this.store.facts().at(-1)!;
  }

  #planComputed(): PublicEvent {
    const data = { ...run, round: 1, plan: this.plan };
    return { ...envelopeOf(1), type: 'caisson.planning.plan-computed.v1', subject: 'plan-run', data };
  }

  async #probe(): Promise<number> {
    const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
    if (status === undefined || status === 'down') throw new Error('connection refused');
    return status;
  }
}

const network = planUnit('network', { properties: { cidr: '10.0.0.0/16' } });
const web = planUnit('web', { dependsOn: ['network'], properties: { net: '${network.id}', range: '${network.cidr}' } });
const story = planOf([network, web], { url: 'http://${web.id}/', nothing: '${web.outputs.nope}' });

describe('a run', () => {
  it('applies every unit in order, resolves references, and is verified with outputs', async () => {
    const scene = new Scene(story);
    expect(await scene.execute()).toEqual({ outcome: 'done' });
    expect(scene.world.calls).toEqual(['apply network', 'apply web']);
    expect(scene.world.units.get('web')).toEqual({ net: 'network-id', range: '10.0.0.0/16' });
    expect(scene.last()).toMatchObject({
      fact: 'execution-verified',
      data: {
        ...run,
        outputs: { url: 'http://web-id/', nothing: null },
        applied: [{ unitId: 'network' }, { unitId: 'web' }],
      },
    });
    expect(scene.store.document('execution', 'run')).toMatchObject({ state: 'verified', progress: 100 });
    expect(scene.store.document('task', 'run/web')).toMatchObject({
      state: 'succeeded',
      attempt: 1,
      evidence: { exitCode: 0 },
      log: ['web: ok'],
    });
  });

  it('can be followed from any fact back to what asked for it', async () => {
    const scene = new Scene(story);
    await scene.execute();
    const facts = new Map(scene.store.facts().map((fact) => [fact.id, fact]));
    const path: string[] = [];
    let fact = scene.store.facts().find((found) => found.fact === 'task-succeeded' && found.data.unitId === 'web');
    for (; fact !== undefined; fact = facts.get(path.at(-1)!)) path.push(fact.causationId);
    expect(path.map((id) => facts.get(id)?.fact ?? id)).toEqual([
      'task-started',
      'task-queued',
      'task-succeeded',
      'task-started',
      'task-queued',
      'execution-started',
      'event-10',
    ]);
  });

  it('is done once however often it is asked for', async () => {
    const scene = new Scene(story);
    await scene.execute();
    const before = scene.store.events.length;
    expect(await scene.execute()).toEqual({ outcome: 'done' });
    expect(scene.store.events.length).toBe(before);
    expect(scene.world.effects).toHaveLength(2);
  });

  it('keeps what it did not change, and removes what it must', async () => {
    const old = standing('old', { size: 1 });
    const plan = planOf([planUnit('same', { action: 'none' }), planUnit('old', { action: 'delete', previous: old })]);
    const scene = new Scene(plan);
    scene.world.units.set('old', { size: 1 });
    await scene.execute(startedBy(plan, { applied: [old, standing('same', {})] }));
    expect(scene.world.calls).toEqual(['destroy old']);
    expect(scene.last()).toMatchObject({ fact: 'execution-verified', data: { applied: [{ unitId: 'same' }] } });
  });

  it('starts what a fact makes ready in the append that records the fact', async () => {
    const scene = new Scene(story);
    await scene.execute();
    expect(scene.store.sizes).toHaveLength(4); // Begin and network; network and web; web; verified.
  });

  it('writes waves, not tasks: intents and results share appends', async () => {
    const scene = new Scene(planOf(Array.from({ length: 100 }, (_, index) => planUnit(`u${index}`))));
    scene.ports = { ...scene.ports, slots: slotsOf(32) };
    await scene.execute();
    expect(scene.world.effects).toHaveLength(100);
    expect(scene.world.most).toBeLessThanOrEqual(32);
    expect(scene.store.sizes.length).toBeLessThan(30);
  });

  it('records few intents at a time, so that no task waits for many others to be written', async () => {
    const scene = new Scene(planOf(Array.from({ length: 100 }, (_, index) => planUnit(`u${index}`))));
    scene.ports = { ...scene.ports, slots: slotsOf(32) };
    await scene.execute();
    const begun = scene.store.events.filter(({ type }) => type === 'TaskStarted');
    expect(begun).toHaveLength(100);
    const startsOf = (append: string): number => begun.filter(({ context }) => context.commandId === append).length;
    expect(Math.max(...begun.map(({ context }) => startsOf(context.commandId)))).toBe(10);
  });

  it('uses no more places than the engine and the run may', async () => {
    const scene = new Scene(planOf(Array.from({ length: 9 }, (_, index) => planUnit(`u${index}`))));
    const slots = slotsOf(9, { sandbox: 2 });
    scene.ports = { ...scene.ports, slots };
    await scene.execute();
    expect(scene.world.most).toBe(2);
    expect(slots.taken).toBe(0);
  });

  it.each([
    { what: 'is missing', code: 'plan-missing', change: (plan: Plan) => ({ ...plan, digest: digestOf('other') }) },
    {
      what: 'is not what its digest says',
      code: 'plan-digest-mismatch',
      change: (plan: Plan) => ({ ...plan, kind: 'x' }),
    },
  ])('is refused when the approved plan $what, and keeps what stood', async ({ code, change }) => {
    const scene = new Scene(change(story));
    const applied = [standing('old', {})];
    await scene.execute(startedBy(story, { applied }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code }, applied } });
    expect(scene.world.calls).toEqual([]);
  });

  it('that cannot even be begun is told so at the last try', async () => {
    const scene = new Scene(story);
    scene.ports = { ...scene.ports, publicEvents: { readStream: () => Promise.reject(new TypeError('broken')) } };
    await expect(scene.execute()).rejects.toThrow('broken');
    expect(await scene.execute(undefined, { lastTry: true })).toEqual({ outcome: 'done' });
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'execution-abandoned' } },
    });
  });

  it('is ended at once where what it has to say does not fit into the store', async () => {
    const scene = new Scene(story);
    const append = scene.store.append.bind(scene.store);
    scene.store.append = async (request) => {
      if (!request.events.some(({ type }) => type === 'TaskSucceeded')) return append(request);
      throw new Fault('append-too-large', 'An append has 20 MB.', { retryable: false });
    };
    expect(await scene.execute()).toEqual({ outcome: 'done' });
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'execution-abandoned', message: /An append has 20 MB/ } },
    });
  });

  it('is refused when its units wait for each other', async () => {
    const plan = planOf([planUnit('a', { dependsOn: ['b'] }), planUnit('b', { dependsOn: ['a'] })]);
    const scene = new Scene(plan);
    await scene.execute();
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'plan-not-executable' } },
    });
  });

  it('waits its turn while another holder has the deployment', async () => {
    const scene = new Scene(story);
    let second: unknown;
    scene.world.onApply = async () => {
      second ??= await scene.execute();
    };
    await scene.execute();
    expect(second).toMatchObject({ outcome: 'again' });
  });
});

describe('an attempt', () => {
  it('that fails for now is tried again after a wait, and the wait is recorded', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['transient', 'transient']);
    await scene.execute();
    const retries = scene.store.facts().filter(({ fact }) => fact === 'task-retrying');
    expect(retries.map(({ data }) => (data as { delayMs: number }).delayMs)).toEqual([1125, 2250]);
    expect(scene.last().fact).toBe('execution-verified');
    expect(scene.store.document('task', 'run/network')).toMatchObject({ state: 'succeeded', attempt: 3 });
  });

  it.each([
    { reactions: ['transient', 'transient', 'transient'] as const, waits: [1000, 2000] },
    { reactions: ['permanent'] as const, waits: [] },
    { reactions: ['transient', 'permanent'] as const, waits: [1000] },
  ])('that fails as $reactions waits $waits ms, and then no more', async ({ reactions, waits }) => {
    const scene = new Scene(story);
    scene.ports = { ...scene.ports, random: { next: () => 0 } };
    scene.world.reactions.set('network', [...reactions]);
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    const times = scene.store.events
      .filter(({ type }) => ['TaskStarted', 'TaskFailed'].includes(type))
      .map(({ data }) => Date.parse((data as { at: string }).at));
    const pauses = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
    expect(pauses.filter((_, index) => index % 2 === 1)).toEqual(waits);
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'tool-failed' } } });
    expect(scene.store.document('task', 'run/network')).toMatchObject({ state: 'failed', attempt: reactions.length });
    expect(scene.ended).toEqual(reactions.map((errorClass) => `failed ${errorClass}`));
  });

  it('that fails for good ends the run, with the tool’s own words', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['permanent']);
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'tool-failed', taskId: 'run/network' }, applied: [] },
    });
    expect(scene.store.document('task', 'run/network')).toMatchObject({ state: 'failed', log: ['network: permanent'] });
    expect(scene.store.document('task', 'run/web')).toMatchObject({ state: 'cancelled' });
  });

  it('with an unknown outcome is looked up, not done again', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['unknown-done']);
    await scene.execute();
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
    expect(scene.world.calls.filter((call) => call === 'apply network')).toHaveLength(1);
    const facts = scene.store.facts().map(({ fact }) => fact);
    expect(facts).toContain('task-outcome-unknown');
    expect(facts).toContain('task-resolved');
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('with an unknown outcome that the world denies is done again', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['unknown-not-done']);
    await scene.execute();
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('whose outcome nobody can tell ends the run and says so', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['unknown-done']);
    scene.world.unreadable = true;
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'outcome-unknown' } } });
  });

  it('whose outcome nobody can tell is told by a person, for everybody to read', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['unknown-done']);
    scene.world.unreadable = true;
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    const said = { outcome: 'done', evidence: 'It is there.', resolvedBy: 'mia' } as const;
    const data = { ...run, taskId: 'run/network', ...said };
    const event = { ...envelopeOf(12), fact: 'run-task-resolved', data } as const;
    const { clock, store } = scene;
    await resolveTask({ store, clock, service: 'executor' }, event);
    await resolveTask({ store, clock, service: 'executor' }, event);
    expect(scene.last()).toMatchObject({
      fact: 'task-resolved',
      data: { taskId: 'run/network', outcome: 'done', evidence: { seen: 'It is there.' }, resolvedBy: 'mia' },
    });
    expect(store.types().filter((type) => type === 'TaskResolvedByPerson')).toHaveLength(1);
    expect(store.document('task', 'run/network')).toMatchObject({
      failure: { code: 'outcome-resolved' },
      resolution: { outcome: 'done', evidence: 'It is there.', by: 'mia' },
    });
  });

  it('that does not end in time is stopped, looked up and tried again', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['hang']);
    await scene.execute();
    const facts = scene.store.facts().map(({ fact }) => fact);
    expect(facts.slice(3, 7)).toEqual(['task-outcome-unknown', 'task-resolved', 'task-timed-out', 'task-retrying']);
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('that cannot be stopped ends the run as unknown', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['deaf']);
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'outcome-unknown' } } });
  });

  it('that cannot be stopped is not undone while it may still be at work', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('network', ['deaf']);
    await scene.execute(startedBy(story, { onFailure: 'rollback' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'outcome-unknown' } } });
    expect(scene.world.calls).toEqual(['apply network']);
  });

  it('is not begun when a reference has no value', async () => {
    const plan = planOf([network, planUnit('web', { dependsOn: ['network'], properties: { net: '${network.nope}' } })]);
    const scene = new Scene(plan);
    await scene.execute(startedBy(plan, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({
      data: {
        failure: { code: 'reference-unresolved', diagnostics: [{ address: 'web' }] },
        applied: [{ unitId: 'network' }],
      },
    });
    expect(scene.world.calls).toEqual(['apply network']);
  });

  it('uses exactly the saved dry run, and fails when it is gone', async () => {
    const plan = planOf([planUnit('network', { artifact: { id: 'saved', digest: digestOf('saved') } })]);
    const scene = new Scene(plan);
    await scene.execute(startedBy(plan, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ data: { failure: { code: 'artifact-missing' } } });
    expect(scene.world.effects).toEqual([]);
  });
});

describe('a saved dry run that no longer fits', () => {
  const saved = { id: 'saved', digest: digestOf('saved') };
  const change = {
    unitId: 'network',
    resource: 'network',
    address: 'network',
    action: 'create' as const,
    attributes: [],
  };
  const content = planOf([planUnit('network', { artifact: saved })]);
  const { digest: _old, ...rest } = { ...content, changes: [change] };
  const plan: Plan = { ...rest, digest: digestOf(rest) };

  /** An engine that takes the first dry run only while nothing was done, and any later one always. */
  function sceneWith(left: PlannedChange[], firstAttempt: 'cut off' | 'refused') {
    const scene = new Scene(plan);
    const bytes = new TextEncoder().encode('saved');
    scene.ports = { ...scene.ports, artifacts: { put: async () => saved, get: async () => bytes } };
    let attempts = 0;
    const apply = scene.world.apply.bind(scene.world);
    scene.world.apply = async (request, call) => {
      attempts += 1;
      if (firstAttempt === 'cut off' && attempts === 1)
        throw new EngineFailure('stopped', 'cut', { errorClass: 'unknown' });
      if (request.artifact === bytes)
        throw new EngineFailure('plan-stale', 'It is stale.', { errorClass: 'permanent' });
      return apply(request, call);
    };
    scene.world.plan = async () => ({
      ...{ action: 'create', changes: left, artifact: new Uint8Array([2]) },
      resources: [{ address: 'network', action: 'create' }],
    });
    return scene;
  }

  it('is replaced by one that only finishes what was approved, after an attempt that was cut off', async () => {
    const scene = sceneWith([change], 'cut off');
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('ends the run when more would change', async () => {
    const scene = sceneWith([change, { ...change, address: 'other' }], 'cut off');
    await scene.execute(startedBy(plan, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'plan-stale' } } });
  });

  it('ends the run when nothing of ours was cut off', async () => {
    const scene = sceneWith([change], 'refused');
    await scene.execute(startedBy(plan, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'plan-stale' } } });
    expect(scene.world.effects).toEqual([]);
  });
});

describe('a failure before the engine was asked', () => {
  it('touched nothing, and nobody looks at the world for it', async () => {
    const plan = planOf([planUnit('network')]);
    const scene = new Scene(plan);
    const looks: string[] = [];
    scene.world.apply = () =>
      Promise.reject(new EngineFailure('credential-gone', 'Gone.', { errorClass: 'permanent', untouched: true }));
    scene.world.observe = async ({ unitId }) => {
      looks.push(unitId);
      return { outcome: 'unreadable', reason: 'for the same reason' };
    };
    await scene.execute(startedBy(plan, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({ fact: 'execution-failed', data: { failure: { code: 'credential-gone' } } });
    expect(looks).toEqual([]);
  });
});

describe('a rollback', () => {
  it('undoes what was done, half done included, and sees that it is gone', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('web', ['partial']);
    await scene.execute();
    expect([...scene.world.units.keys()]).toEqual([]);
    expect(scene.world.calls.slice(-2)).toEqual(['destroy web', 'destroy network']);
    expect(scene.last()).toMatchObject({ fact: 'execution-rolled-back', data: { applied: [] } });
    expect(scene.store.document('execution', 'run')).toMatchObject({ state: 'rolled-back' });
  });

  it('puts back what was there before', async () => {
    const old = standing('network', { cidr: '10.1.0.0/16' });
    const plan = planOf([planUnit('network', { properties: { cidr: '10.0.0.0/16' }, action: 'update' }), web]);
    const scene = new Scene(plan);
    scene.world.units.set('network', { cidr: '10.1.0.0/16' });
    scene.world.reactions.set('web', ['permanent']);
    await scene.execute(startedBy(plan, { applied: [old] }));
    expect(scene.world.units.get('network')).toEqual({ cidr: '10.1.0.0/16' });
    expect(scene.last()).toMatchObject({
      data: { applied: [{ unitId: 'network', resources: [{ properties: { cidr: '10.1.0.0/16' } }] }] },
    });
  });

  it('can be asked for later, by another process, from the history alone', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('web', ['permanent']);
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    expect([...scene.world.units.keys()]).toEqual(['network']);
    const data = { ...run, reason: 'mia asked', asked: true };
    const asked = { ...envelopeOf(20), fact: 'run-rollback-started', data } as AskingEvent;
    await scene.execute(asked);
    expect([...scene.world.units.keys()]).toEqual([]);
    expect(scene.last().fact).toBe('execution-rolled-back');
    const started = scene.store.facts().find(({ fact }) => fact === 'rollback-started');
    expect(started).toMatchObject({ causationId: 'event-20', data: { units: ['network'] } });
  });
});

describe('verification', () => {
  it('waits for a world that settles late', async () => {
    const scene = new Scene(story);
    let looks = 0;
    scene.world.observe = async ({ unitId }) => {
      looks += 1;
      const seen = looks < 4 ? { status: 'settling' } : (scene.world.units.get(unitId) ?? {});
      return { outcome: 'observed', resources: [stateOf(unitId, seen)] };
    };
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('fails when somebody changed a unit meanwhile, and names it', async () => {
    const scene = new Scene(story);
    scene.world.onApply = (unitId) => {
      if (unitId === 'web') scene.world.units.set('network', { cidr: 'changed' });
    };
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'verification-failed', diagnostics: [{ address: 'network' }] } },
    });
  });

  const checked = planOf([
    planUnit('web', { checks: [{ kind: 'http', url: 'http://${web.id}/', expectStatus: 200, withinMs: 3000 }] }),
  ]);

  it('asks the checks of a unit until they answer', async () => {
    const scene = new Scene(checked);
    scene.statuses = ['down', 503, 200];
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('fails when a check does not answer in time', async () => {
    const scene = new Scene(checked);
    scene.statuses = [503];
    await scene.execute(startedBy(checked, { onFailure: 'keep' }));
    expect(JSON.stringify(scene.last().data)).toContain('http://web-id/ answers 503, not 200');
  });
});

describe('a look at the stream', () => {
  /** The first unit ends some seconds after the first look has begun. */
  function lookingScene(versions: (streams: readonly StreamRef[]) => Promise<readonly number[]>) {
    const scene = new Scene(story);
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const seen: string[] = [];
    const store = {
      versions: (streams: readonly StreamRef[]) => {
        seen.push('look begins');
        begin();
        return versions(streams);
      },
    };
    scene.ports = { ...scene.ports, looks: new StreamLooks(store, scene.clock) };
    scene.world.onApply = async (unitId) => {
      if (unitId === 'web') seen.push('web begins');
      else await begun.then(() => scene.clock.sleep(20_000));
    };
    return { scene, seen };
  }

  it('keeps nobody waiting, and there is one at a time', async () => {
    const { scene, seen } = lookingScene(async () => {
      await scene.clock.sleep(60_000);
      seen.push('look ends');
      return [0];
    });
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
    expect(seen.slice(0, 2)).toEqual(['look begins', 'web begins']);
  });

  it('that fails is reported, and tried again', async () => {
    const { scene, seen } = lookingScene(() => Promise.reject(new Error('the store is away')));
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
    expect(new Set(scene.noticed)).toEqual(new Set(['the execution could not be looked at']));
    expect(seen.slice(0, 2)).toEqual(['look begins', 'look begins']);
  });
});

describe('a cancel', () => {
  it('stops what runs, starts nothing more, and says what was done', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('web', ['hang']);
    scene.world.onApply = (unitId) => (unitId === 'web' ? scene.cancel() : undefined);
    await scene.execute();
    expect(scene.last()).toMatchObject({ fact: 'execution-cancelled', data: { applied: [{ unitId: 'network' }] } });
    expect(scene.last().data).not.toHaveProperty('failure');
    expect(scene.last().data).toMatchObject({
      effects: { done: [{ unitId: 'network', action: 'create' }], notDone: [{ unitId: 'web' }], unknown: [] },
    });
    expect(scene.store.document('task', 'run/web')).toMatchObject({ state: 'cancelled' });
  });

  it('that reaches nobody is found by looking', async () => {
    const scene = new Scene(story);
    scene.wakeups.wake = () => undefined;
    scene.world.reactions.set('web', ['hang']);
    scene.world.onApply = (unitId) => (unitId === 'web' ? scene.cancel() : undefined);
    const before = scene.clock.monotonicMs();
    await scene.execute();
    expect(scene.last().fact).toBe('execution-cancelled');
    expect(scene.clock.monotonicMs() - before).toBe(EXECUTION_LIMITS.refreshEveryMs + GATHER_MS);
  });

  it('before the start does nothing to the world', async () => {
    const scene = new Scene(story);
    await scene.cancel();
    await scene.execute();
    expect(scene.last()).toMatchObject({ fact: 'execution-cancelled', data: { applied: [] } });
    expect(scene.world.calls).toEqual([]);
  });

  it('after the end loses', async () => {
    const scene = new Scene(story);
    await scene.execute();
    await scene.cancel();
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
  });
});

describe('a crash', () => {
  it('is survived: the next holder stops old runners, looks, and goes on without doing anything twice', async () => {
    const scene = new Scene(story);
    scene.world.onApply = (unitId) => {
      if (unitId !== 'web') return undefined;
      scene.world.onApply = () => undefined;
      scene.world.units.set('web', { net: 'network-id', range: '10.0.0.0/16' });
      scene.world.effects.push('dep/run/web');
      scene.locks.expire('execution:dep', true);
      return new Promise(() => undefined); // The process is gone; nothing of it ever answers.
    };
    scene.ports = { ...scene.ports, limits: { ...EXECUTION_LIMITS, abortGraceMs: 0 } };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'lock-lost' });
    expect(await scene.execute()).toEqual({ outcome: 'done' });
    expect(scene.stopped).toEqual([1, 2]);
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
    expect(scene.last().fact).toBe('execution-verified');
  });

  it('before the effect is followed by one more attempt', async () => {
    const scene = new Scene(story);
    scene.world.onApply = (unitId) => {
      if (unitId !== 'web') return undefined;
      scene.world.onApply = () => undefined;
      scene.locks.expire('execution:dep', true);
      return new Promise(() => undefined);
    };
    scene.ports = { ...scene.ports, limits: { ...EXECUTION_LIMITS, abortGraceMs: 0 } };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'lock-lost' });
    await scene.execute();
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
    expect(scene.store.document('task', 'run/web')).toMatchObject({ state: 'succeeded', attempt: 2 });
  });

  it('of a holder that does not know it lets it write nothing', async () => {
    const scene = new Scene(story);
    scene.world.onApply = async (unitId) => {
      if (unitId !== 'web') return;
      scene.world.onApply = () => undefined;
      scene.locks.expire('execution:dep', false);
      await scene.execute(); // Somebody else does it all meanwhile.
    };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'fenced' });
    expect(scene.last().fact).toBe('execution-verified');
    expect(scene.store.types().filter((type) => type === 'ExecutionVerified')).toHaveLength(1);
  });

  it('of a holder whose clock was an hour ahead delays no retry by an hour', async () => {
    const scene = new Scene(story);
    const { clock } = scene.ports;
    const ahead = { ...clock, now: () => new Date(Date.parse(clock.now()) + 3_600_000).toISOString() };
    const append = scene.store.append.bind(scene.store);
    scene.store.append = async (request) => {
      const result = await append(request);
      if (request.events.some(({ type }) => type === 'TaskRetrying')) scene.locks.expire('execution:dep', true);
      return result;
    };
    scene.world.reactions.set('network', ['transient']);
    const right = scene.ports;
    scene.ports = { ...right, clock: ahead };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'lock-lost' });
    scene.ports = right;
    const sinceMs = clock.monotonicMs();
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(60_000);
  });

  it('of the answer of an append loses and repeats nothing', async () => {
    const scene = new Scene(story);
    scene.store.answersToLose = 3;
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
    expect(scene.store.types().filter((type) => type === 'TaskStarted')).toHaveLength(2);
  });

  it('in the middle of a long decision leaves nothing behind', async () => {
    const scene = new Scene(planOf(Array.from({ length: 1500 }, (_, index) => planUnit(`u${index}`))));
    scene.ports = { ...scene.ports, slots: slotsOf(500) };
    const append = scene.store.append.bind(scene.store);
    let appends = 0;
    scene.store.append = async (request) => {
      appends += 1;
      if (appends === 2) scene.locks.expire('execution:dep', true);
      if (appends === 2) throw new Fault('event-store-unavailable', 'the process is gone', { retryable: true });
      return append(request);
    };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'lock-lost' });
    expect(scene.store.types().filter((type) => type === 'TaskQueued')).toHaveLength(999);
    await scene.execute();
    expect(scene.last().fact).toBe('execution-verified');
    expect(scene.world.effects).toHaveLength(1500);
    expect(Math.max(...scene.store.sizes)).toBeLessThanOrEqual(1500);
  });

  it('of a neighbour between two parts of a long decision changes nothing', async () => {
    const scene = new Scene(planOf(Array.from({ length: 1500 }, (_, index) => planUnit(`u${index}`))));
    const append = scene.store.append.bind(scene.store);
    let cancelled = false;
    scene.store.append = async (request) => {
      if (!cancelled && scene.store.types().length > 0) {
        cancelled = true;
        await scene.cancel();
      }
      return append(request);
    };
    await scene.execute();
    expect(scene.last().fact).toBe('execution-cancelled');
    expect(scene.store.document('execution', 'run')).toMatchObject({ tasksTotal: 1500, tasksEnded: 1500 });
  });

  it('does not begin while old runners may still act', async () => {
    const scene = new Scene(story);
    const stop = async (): Promise<void> => {
      throw new Fault('runner-survives', 'it lives', { retryable: true });
    };
    scene.ports = { ...scene.ports, oldRunners: { stop } };
    await expect(scene.execute()).rejects.toMatchObject({ code: 'runner-survives' });
    expect(scene.world.calls).toEqual([]);
  });
});

describe('leaving', () => {
  it('lets what runs end, records it, and leaves the rest to the next holder', async () => {
    const scene = new Scene(story);
    const draining = new AbortController();
    scene.world.onApply = (unitId) => (unitId === 'network' ? draining.abort() : undefined);
    expect(await scene.execute(undefined, { draining: draining.signal })).toMatchObject({ outcome: 'again' });
    expect(scene.world.calls).toEqual(['apply network']);
    scene.world.onApply = () => undefined;
    expect(await scene.execute()).toEqual({ outcome: 'done' });
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web']);
  });

  it('starts nothing that waits for a place', async () => {
    const scene = new Scene(planOf([planUnit('a'), planUnit('b'), planUnit('c')]));
    scene.ports = { ...scene.ports, slots: slotsOf(1) };
    const draining = new AbortController();
    scene.world.onApply = () => draining.abort();
    expect(await scene.execute(undefined, { draining: draining.signal })).toMatchObject({ outcome: 'again' });
    expect(scene.world.calls).toHaveLength(1);
    expect(scene.ports.slots.taken).toBe(0);
  });

  it('stops what runs when its time is over', async () => {
    const scene = new Scene(story);
    const signal = new AbortController();
    scene.world.reactions.set('network', ['hang']);
    scene.world.onApply = () => signal.abort();
    await expect(scene.execute(undefined, { signal: signal.signal })).rejects.toMatchObject({ code: 'lock-lost' });
    expect(scene.world.atWork).toBe(0);
    scene.world.onApply = () => undefined;
    expect(await scene.execute()).toEqual({ outcome: 'done' });
  });
});

describe('a defect', () => {
  it('ends the run as failed at the last try, and not before', async () => {
    const scene = new Scene(story);
    const broken: Json[] = [];
    scene.world.onApply = (unitId) => void broken.push(unitId);
    const stop = async (): Promise<void> => {
      throw new TypeError('undefined is not a function');
    };
    scene.ports = { ...scene.ports, oldRunners: { stop } };
    await expect(scene.execute()).rejects.toThrow('undefined is not a function');
    expect(scene.store.facts()).toEqual([]);
    await scene.execute(undefined, { lastTry: true });
    expect(scene.last()).toMatchObject({
      fact: 'execution-failed',
      data: { failure: { code: 'execution-abandoned' } },
    });
  });
});

describe('a run that is started again', () => {
  it('goes on after what succeeded', async () => {
    const scene = new Scene(story);
    scene.world.reactions.set('web', ['permanent']);
    await scene.execute(startedBy(story, { onFailure: 'keep' }));
    const again = planOf([planUnit('network', { ...network, action: 'none' }), web], { round: '2' });
    Object.assign(scene.plan, again);
    const applied = [standing('network', { cidr: '10.0.0.0/16' })];
    await scene.execute(startedBy(again, { sequence: 30, applied }));
    expect(scene.world.effects).toEqual(['dep/run/network', 'dep/run/web/2']);
    expect(scene.last().fact).toBe('execution-verified');
    expect(scene.store.document('task', 'run/network')).toMatchObject({ state: 'succeeded' });
  });
});
