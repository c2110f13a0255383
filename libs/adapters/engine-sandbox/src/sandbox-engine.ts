import type { Diagnostic } from '@caisson/contracts';
import {
  EngineFailure,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type EngineCapabilities,
  type Observation,
  type PlanRequest,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { messageOf, type JsonObject } from '@caisson/kernel';
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
    return findingsOf(unit);
  }

  async plan(request: PlanRequest, call: EngineCall): Promise<UnitPlan> {
    const { unit, destroy } = request;
    if (!destroy) refuseBad(unit, request.unknowns);
    const found = await this.#look(unit, call, request.previous?.outputs['id']);
    const own = planResource({
      type: found.type,
      desired: destroy ? undefined : desiredOf(unit),
      observed: found.own === undefined ? undefined : observedOf(found.own),
      unknowns: request.unknowns,
    });
    const address = addressOf(found.type, unit.unitId);
    const extras = found.extras.map((extra) => ({
      address: addressOf(found.type, unit.unitId, extra),
      action: 'delete' as const,
      attributes: [],
    }));
    const changes = own.action === 'none' ? extras : [{ address, ...own }, ...extras];
    return { action: own.action === 'none' && extras.length > 0 ? 'update' : own.action, changes };
  }

  async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const { unit } = request;
    refuseBad(unit, []);
    const found = await this.#look(unit, call, request.previous?.outputs['id']);
    const desired = desiredOf(unit);
    const plan = planOwn(found, desired);
    for (const extra of found.extras) await this.#client.remove(extra, call);
    await this.#carryOut(plan, { found, unit, desired }, call);
    const { own: after, removed } = await this.#verify(unit, desired, call);
    return {
      outputs: after.outputs,
      expected: { [addressOf(found.type, unit.unitId)]: observedOf(after) },
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
    const found = await this.#look(unit, call).catch((error: unknown) => {
      if (call.signal.aborted) throw error;
      return messageOf(error);
    });
    if (typeof found === 'string') return { outcome: 'unreadable', reason: found };
    if (found.own === undefined) return { outcome: 'absent' };
    const resources: JsonObject = {
      [addressOf(found.type, unit.unitId)]: observedOf(found.own),
      ...Object.fromEntries(
        found.extras.map((extra) => [addressOf(found.type, unit.unitId, extra), observedOf(extra)]),
      ),
    };
    return { outcome: 'observed', resources, outputs: found.own.outputs };
  }

  async destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    const { own, extras } = await this.#look(unit, call);
    const doomed = [...(own === undefined ? [] : [own]), ...extras];
    for (const resource of doomed) await this.#client.remove(resource, call);
    const left = doomed.length === 0 ? { own: undefined } : await this.#look(unit, call);
    if (left.own !== undefined) throw effectMissing(unit, 'it is still there');
    return { removed: doomed.map((resource) => resource.id) };
  }

  async health(): Promise<{ readonly healthy: boolean; readonly reason?: string }> {
    const reason = await this.#client.whyUnhealthy(AbortSignal.timeout(HEALTH_TIMEOUT_MS));
    return reason === undefined ? { healthy: true } : { healthy: false, reason };
  }

  async #look(unit: UnitInput, call: EngineCall, knownId?: unknown): Promise<Found> {
    if (!isSandboxType(unit.type)) throw refusal(unit, findingsOf(unit));
    const resources = await this.#client.find(unit.type, unit.unitId, call);
    const own =
      resources.find((resource) => resource.id === knownId) ??
      resources.find((resource) => resource.actionKey === call.actionKey) ??
      resources[0];
    return { type: unit.type, own, extras: resources.filter((resource) => resource !== own) };
  }

  async #carryOut(
    plan: ResourcePlan,
    target: { readonly found: Found; readonly unit: UnitInput; readonly desired: JsonObject },
    call: EngineCall,
  ): Promise<void> {
    const { found, unit, desired } = target;
    if (plan.action === 'update' && found.own !== undefined) {
      const changed = new Set(plan.attributes.map((attribute) => attribute.path.split('.')[0]));
      const body = Object.fromEntries(Object.entries(desired).filter(([key]) => changed.has(key)));
      await this.#client.change(found.own, body, call);
      return;
    }
    if (plan.action === 'replace' && found.own !== undefined) await this.#client.remove(found.own, call);
    if (plan.action !== 'create' && plan.action !== 'replace') return;
    const { status: _always, ...body } = desired;
    const labels = { tenant: call.tenantId, deployment: call.deploymentId, unit: unit.unitId };
    await this.#client.create(found.type, { ...body, labels }, call);
  }

  /** Looks whether the world is as asked: success is what is there, not what was answered. What is there twice goes. */
  async #verify(
    unit: UnitInput,
    desired: JsonObject,
    call: EngineCall,
  ): Promise<{ readonly own: CloudResource; readonly removed: readonly CloudResource[] }> {
    const after = await untilBuilt(this.#endpoint, call, () => this.#look(unit, call));
    if (after.own === undefined) throw effectMissing(unit, 'it is not there');
    if (isBuilding(after.own)) throw neverActive(unit, { type: after.type, own: after.own });
    const rest = planOwn(after, desired);
    if (rest.action !== 'none') throw effectMissing(unit, `it still differs in ${pathsOf(rest)}`);
    for (const extra of after.extras) await this.#client.remove(extra, call);
    return { own: after.own, removed: after.extras };
  }
}

function planOwn(found: Found, desired: JsonObject): ResourcePlan {
  const observed = found.own === undefined ? undefined : builtOf(found.own);
  return planResource({ type: found.type, desired, observed, unknowns: [] });
}

function refuseBad(unit: UnitInput, unknowns: readonly string[]): void {
  const findings = findingsOf(unit, unknowns);
  if (findings.length > 0) throw refusal(unit, findings);
}

function refusal(unit: UnitInput, diagnostics: readonly Diagnostic[]): EngineFailure {
  const message = `Unit ${unit.unitId} cannot be made: ${diagnostics[0]?.detail ?? 'its properties are wrong'}`;
  return new EngineFailure('unit-invalid', message, { errorClass: 'permanent', diagnostics });
}

/** The cloud said success, and the world says otherwise. Trying again is safe: everything begins with a look. */
function effectMissing(unit: UnitInput, what: string): EngineFailure {
  const message = `The sandbox cloud said that ${unit.unitId} is done, but ${what}. It is tried again.`;
  return new EngineFailure('effect-missing', message, { errorClass: 'transient' });
}

/** It was made and is not usable. Making it again would not help; what is there is told, so that it can be undone. */
function neverActive(unit: UnitInput, { own, type }: { readonly own: CloudResource; readonly type: SandboxType }) {
  const message = `${unit.unitId} was made as ${own.id} and did not become active in time. Look at it in the cloud.`;
  const partial = {
    outputs: own.outputs,
    expected: { [addressOf(type, unit.unitId)]: observedOf(own) },
    evidence: { resourceId: own.id, status: own.status },
  };
  return new EngineFailure('never-active', message, { errorClass: 'permanent', partial });
}

function pathsOf(plan: ResourcePlan): string {
  return plan.attributes.map((attribute) => attribute.path).join(', ');
}
