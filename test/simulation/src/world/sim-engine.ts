import {
  EngineFailure,
  soleResource,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type Observation,
  type PlanRequest,
  type ResourceInput,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { jsonEquals, type JsonObject } from '@caisson/kernel';
import type { SimProcess } from '../machine/sim-process.js';
import type { SimRunner, SimWorld, ToolEnd, ToolOrder } from './sim-world.js';

/** The name under which plans know the simulated tool. */
export const SIM_ENGINE = 'sandbox';

/** An engine of one process, whose tools work in the simulated world. */
export class SimEngine implements Engine {
  readonly name = SIM_ENGINE;

  constructor(
    private readonly world: SimWorld,
    private readonly process: SimProcess,
  ) {}

  capabilities = async () => ({
    types: ['network', 'server', 'volume'],
    dryRun: false,
    resourcesPerUnitMax: 1,
    alone: [],
    version: String(this.world.engineVersion),
  });
  validate = async () => [];
  health = async () => ({ healthy: true });

  async plan({ destroy, unit }: PlanRequest, call: EngineCall): Promise<UnitPlan> {
    const { address, properties } = soleResource(unit);
    const standing = await this.#read(call, address);
    const action = actionOf(standing, destroy ? undefined : properties);
    return { action, resources: [{ address, action }], changes: [] };
  }

  async apply({ unit }: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const resource = soleResource(unit);
    await this.#run(orderOf(resource, call, resource.properties), call);
    return { resources: [seen(resource.address, resource.properties)], evidence: { exitCode: 0 } };
  }

  async destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    const resource = soleResource(unit);
    const standing = await this.#read(call, resource.address);
    if (standing !== undefined) await this.#run(orderOf(resource, call), call);
    return { destroyed: standing !== undefined };
  }

  async observe(unit: UnitInput, call: EngineCall): Promise<Observation> {
    const { address } = soleResource(unit);
    const standing = await this.#read(call, address);
    if (standing === undefined) return { outcome: 'absent' };
    return { outcome: 'observed', resources: [seen(address, standing)] };
  }

  async #read({ deploymentId }: EngineCall, address: string): Promise<JsonObject | undefined> {
    try {
      return await this.process.call(`looks at ${address}`, () => this.world.read(deploymentId, address));
    } catch (cause) {
      throw new EngineFailure('unreachable', 'The world does not answer.', { errorClass: 'transient', cause });
    }
  }

  /** The runner is known before it is told to go, so that whoever comes later can kill it. */
  async #run(order: ToolOrder, { signal }: EngineCall): Promise<void> {
    const runner = await this.#register(order);
    const stop = (): void =>
      void this.process.call('kills its tool', () => this.world.kill(runner)).catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) throw failureOf('killed');
      const ended = await this.#go(runner, signal);
      await this.process.call('forgets its tool', () => this.world.forget(runner)).catch(() => undefined);
      if (ended !== 'done') throw failureOf(ended);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #register(order: ToolOrder): Promise<SimRunner> {
    try {
      return await this.process.call('registers a tool', () => this.world.register(order, this.process));
    } catch (cause) {
      const options = { errorClass: 'transient', untouched: true, cause } as const;
      throw new EngineFailure('not-registered', 'The tool was not started.', options);
    }
  }

  /** A tool whose end is not heard of is killed before anything is said about it. */
  async #go(runner: SimRunner, signal: AbortSignal): Promise<ToolEnd> {
    const aborted = new Promise<ToolEnd>((resolve) => {
      signal.addEventListener('abort', () => resolve('killed'), { once: true });
    });
    const going = this.process.call('lets a tool go', () => this.world.go(runner)).catch((): ToolEnd => 'killed');
    const ended = await Promise.race([going, aborted]);
    if (ended === 'killed') await this.#killForSure(runner);
    return ended;
  }

  async #killForSure(runner: SimRunner): Promise<void> {
    for (let isGone = false; !isGone;) {
      isGone = await this.process
        .call('makes sure that a tool is gone', () => this.world.kill(runner))
        .then(
          () => true,
          () => false,
        );
    }
  }
}

function orderOf({ address }: ResourceInput, call: EngineCall, properties?: JsonObject): ToolOrder {
  const { actionKey, deploymentId, fencingToken, runId, tenantId } = call;
  const order = { tenantId, deploymentId, runId, actionKey, fencingToken, address };
  return properties === undefined ? order : { ...order, properties };
}

function actionOf(standing: JsonObject | undefined, wanted: JsonObject | undefined) {
  if (standing === undefined) return wanted === undefined ? 'none' : 'create';
  if (wanted === undefined) return 'delete';
  return jsonEquals(standing, wanted) ? 'none' : 'update';
}

function seen(address: string, properties: JsonObject) {
  return { address, outputs: { id: `id-of-${address}` }, expected: { [address]: properties } };
}

function failureOf(ended: Exclude<ToolEnd, 'done'>): EngineFailure {
  switch (ended) {
    case 'refused':
      return new EngineFailure('refused', 'The tool did nothing.', { errorClass: 'transient' });
    case 'broke':
      return new EngineFailure('broke', 'The tool broke.', { errorClass: 'unknown' });
    case 'killed':
      return new EngineFailure('killed', 'The tool was killed.', { errorClass: 'unknown' });
  }
}
