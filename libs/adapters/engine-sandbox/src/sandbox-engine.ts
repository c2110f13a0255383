import type { Diagnostic } from '@caisson/contracts';
import {
  EngineFailure,
  soleResource,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type EngineCapabilities,
  type Observation,
  type PlanRequest,
  type ResourceInput,
  type ResourceState,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { digestOf, messageOf, type JsonObject } from '@caisson/kernel';
import { builtOf, isBuilding, untilBuilt } from './building.js';
import { CloudClient, type SandboxCloudEndpoint } from './cloud-client.js';
import { addressOf, observedOf, type CloudResource } from './cloud-resource.js';
import { planResource, type ResourcePlan } from './unit-plan.js';
import { CAPABILITIES, desiredOf, findingsOf, isSandboxType, type SandboxType } from './unit-types.js';

const HEALTH_TIMEOUT_MS = 2_000;

/** A unit's type and the resources it has in the cloud: its own one first, then those that are too many. */
interface Found {
  readonly type: SandboxType;
  readonly own: CloudResource | undefined;
  readonly extras: readonly CloudResource[];
}

/**
 * Drives the sandbox cloud. A unit is one resource, found again by the labels tenant, deployment and unit, so a lost
 * answer never leads to a second one: what an earlier attempt made is adopted, what is there too often is removed.
 */
export class SandboxEngine implements Engine {
  readonly name = 'sandbox';
  readonly #endpoint: SandboxCloudEndpoint;
  readonly #client: CloudClient;

  constructor(endpoint: SandboxCloudEndpoint) {
    this.#endpoint = endpoint;
    this.#client = new CloudClient(endpoint);
  }

  async capabilities(): Promise<EngineCapabilities> {
    return CAPABILITIES;
  }

  async validate(unit: UnitInput): Promise<readonly Diagnostic[]> {
    return findingsOf(soleResource(unit));
  }

  async plan(request: PlanRequest, call: EngineCall): Promise<UnitPlan> {
    const { destroy } = request;
    const resource = soleResource(request.unit);
    const unknowns = request.unknowns.map(({ path }) => path);
    if (!destroy) refuseBad(resource, unknowns);
    const found = await this.#look(resource, call, knownId(request));
    const own = planResource({
      type: found.type,
      desired: destroy ? undefined : desiredOf(resource),
      observed: found.own === undefined ? undefined : observedOf(found.own),
      unknowns,
      ignored: resource.lifecycle?.ignoreChanges ?? [],
    });
    const change = { resource: resource.address, address: addressOf(found.type, resource.address) };
    const extras = found.extras.map((extra) => ({
      ...change,
      address: addressOf(found.type, resource.address, extra),
      action: 'delete' as const,
      attributes: [],
    }));
    const action = own.action === 'none' && extras.length > 0 ? 'update' : own.action;
    return {
      action,
      resources: [{ address: resource.address, action }],
      basis: digestOf([...(found.own === undefined ? [] : [found.own]), ...found.extras].map(observedOf)),
      changes: own.action === 'none' ? extras : [{ ...change, ...own }, ...extras],
    };
  }

  async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const resource = soleResource(request.unit);
    refuseBad(resource, []);
    const found = await this.#look(resource, call, knownId(request));
    const plan = planOwn(found, resource);
    for (const extra of found.extras) await this.#client.remove(extra, call);
    await this.#carryOut(plan, { found, resource }, call);
    const { own: after, removed } = await this.#verify(resource, call);
    return {
      resources: [stateOf(resource, { ...found, own: after, extras: [] })],
      evidence: {
        resourceId: after.id,
        generation: after.generation,
        action: plan.action,
        adopted: plan.action === 'none' && after.actionKey === call.actionKey,
        removed: [...found.extras, ...removed].map((extra) => extra.id),
      },
    };
  }

  async observe(unit: UnitInput, call: EngineCall): Promise<Observation> {
    const resource = soleResource(unit);
    const found = await this.#look(resource, call).catch((error: unknown) => {
      if (call.signal.aborted) throw error;
      return messageOf(error);
    });
    if (typeof found === 'string') return { outcome: 'unreadable', reason: found };
    const { own } = found;
    if (own === undefined) return { outcome: 'absent' };
    return { outcome: 'observed', resources: [stateOf(resource, { ...found, own })] };
  }

  async destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    const sole = soleResource(unit);
    const { own, extras } = await this.#look(sole, call);
    const doomed = [...(own === undefined ? [] : [own]), ...extras];
    for (const resource of doomed) await this.#client.remove(resource, call);
    const left = doomed.length === 0 ? { own: undefined } : await this.#look(sole, call);
    if (left.own !== undefined) throw effectMissing(sole, 'it is still there');
    return { removed: doomed.map((resource) => resource.id) };
  }

  async health(): Promise<{ readonly healthy: boolean; readonly reason?: string }> {
    const reason = await this.#client.whyUnhealthy(AbortSignal.timeout(HEALTH_TIMEOUT_MS));
    return reason === undefined ? { healthy: true } : { healthy: false, reason };
  }

  async #look(wanted: ResourceInput, call: EngineCall, id?: unknown): Promise<Found> {
    const { address, type } = wanted;
    if (!isSandboxType(type)) throw refusal(wanted, findingsOf(wanted));
    const resources = await this.#client.find(type, address, call);
    const own =
      resources.find((resource) => resource.id === id) ??
      resources.find((resource) => resource.actionKey === call.actionKey) ??
      resources[0];
    return { type, own, extras: resources.filter((resource) => resource !== own) };
  }

  async #carryOut(
    plan: ResourcePlan,
    target: { readonly found: Found; readonly resource: ResourceInput },
    call: EngineCall,
  ): Promise<void> {
    const { found, resource } = target;
    const desired = desiredOf(resource);
    if (plan.action === 'update' && found.own !== undefined) {
      const changed = new Set(plan.attributes.map((attribute) => attribute.path.split('.')[0]));
      const body = Object.fromEntries(Object.entries(desired).filter(([key]) => changed.has(key)));
      await this.#client.change(found.own, body, call);
      return;
    }
    if (plan.action === 'replace' && found.own !== undefined) await this.#client.remove(found.own, call);
    if (plan.action !== 'create' && plan.action !== 'replace') return;
    const { status: _always, ...body } = desired;
    const labels = { tenant: call.tenantId, deployment: call.deploymentId, unit: resource.address };
    await this.#client.create(found.type, { ...body, labels }, call);
  }

  /** Looks whether the world is as asked: success is what is there, not what was answered. What is there twice goes. */
  async #verify(
    resource: ResourceInput,
    call: EngineCall,
  ): Promise<{ readonly own: CloudResource; readonly removed: readonly CloudResource[] }> {
    const after = await untilBuilt(this.#endpoint, call, () => this.#look(resource, call));
    if (after.own === undefined) throw effectMissing(resource, 'it is not there');
    if (isBuilding(after.own)) throw neverActive(resource, { ...after, own: after.own });
    const rest = planOwn(after, resource);
    if (rest.action !== 'none') throw effectMissing(resource, `it still differs in ${pathsOf(rest)}`);
    for (const extra of after.extras) await this.#client.remove(extra, call);
    return { own: after.own, removed: after.extras };
  }
}

function knownId({ previous }: Pick<PlanRequest, 'previous'>): unknown {
  return previous?.resources[0]?.outputs['id'];
}

function stateOf(
  { address }: ResourceInput,
  { extras, own, type }: Found & { readonly own: CloudResource },
): ResourceState {
  const tooMany = extras.map((extra) => [addressOf(type, address, extra), observedOf(extra)] as const);
  const expected = { [addressOf(type, address)]: observedOf(own), ...Object.fromEntries(tooMany) };
  return { address, outputs: own.outputs, expected };
}

function planOwn(found: Found, resource: ResourceInput): ResourcePlan {
  return planResource({
    type: found.type,
    desired: desiredOf(resource),
    observed: found.own === undefined ? undefined : builtOf(found.own),
    unknowns: [],
    ignored: resource.lifecycle?.ignoreChanges ?? [],
  });
}

function refuseBad(resource: ResourceInput, unknowns: readonly string[]): void {
  const findings = findingsOf(resource, unknowns);
  if (findings.length > 0) throw refusal(resource, findings);
}

function refusal({ address }: ResourceInput, diagnostics: readonly Diagnostic[]): EngineFailure {
  const message = `${address} cannot be made: ${diagnostics[0]?.detail ?? 'its properties are wrong'}`;
  return new EngineFailure('unit-invalid', message, { errorClass: 'permanent', diagnostics });
}

/** The cloud said success, and the world says otherwise. Trying again is safe: everything begins with a look. */
function effectMissing({ address }: ResourceInput, what: string): EngineFailure {
  const message = `The sandbox cloud said that ${address} is done, but ${what}. It is tried again.`;
  return new EngineFailure('effect-missing', message, { errorClass: 'transient' });
}

/** It was made and is not usable. Making it again would not help; what is there is told, so that it can be undone. */
function neverActive(resource: ResourceInput, found: Found & { readonly own: CloudResource }): EngineFailure {
  const { own } = found;
  const message = `${resource.address} was made as ${own.id} and did not become active in time. Look at it there.`;
  const evidence = { resourceId: own.id, status: own.status };
  const partial = { resources: [stateOf(resource, { ...found, extras: [] })], evidence };
  return new EngineFailure('never-active', message, { errorClass: 'permanent', partial });
}

function pathsOf(plan: ResourcePlan): string {
  return plan.attributes.map((attribute) => attribute.path).join(', ');
}
