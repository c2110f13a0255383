import {
  findReferences,
  parseReference,
  resolveReferences,
  resourceAddressOf,
  resourcesByAddress,
  visitReferableText,
  type AppliedResource,
  type AppliedUnit,
  type ChangeAction,
  type Diagnostic,
} from '@caisson/contracts';
import {
  DRY_RUN_UNAVAILABLE,
  type ArtifactStore,
  type Engine,
  type EngineRegistry,
  type ResourceInput,
  type UnitInput,
  type UnitPlan,
  type UnknownProperty,
} from '@caisson/engine';
import { InvariantViolation, jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import type { ResourceFinding, UnitFinding } from '../domain/assemble-plan.js';
import { isGate } from '../domain/apply-strategy.js';
import type { ResourceDraft } from '../domain/expand-resources.js';
import type { UnitDraft } from '../domain/group-units.js';
import { destroyPrevented, refuse, type PreparedUnits, type Refusal } from '../domain/prepare-units.js';
import type { EngineDesk } from './engine-desk.js';

/** Diagnostics that a refusal carries; the first ones are mended first. */
const DIAGNOSTICS_MAX = 100;

/** What a survey works with. */
export interface SurveyParts {
  readonly tenantId: string;
  readonly engines: EngineRegistry;
  readonly artifacts: ArtifactStore;
  readonly desk: EngineDesk;
  /** Whether the engine says that it makes the type. */
  readonly offers: (engine: string, type: string, withPlugin: boolean) => boolean;
  readonly applied: readonly AppliedUnit[];
}

/** What was found out about every unit, or why some of them cannot be planned. */
export type Surveyed = { readonly outcome: 'surveyed'; readonly findings: ReadonlyMap<string, UnitFinding> } | Refusal;

interface Resolved {
  readonly input: ResourceInput;
  /** Properties whose value is known only at execution. */
  readonly unknowns: readonly UnknownProperty[];
  /** References to values that do not exist and never will. */
  readonly missing: readonly Diagnostic[];
}

/**
 * Asks the engines, wave by wave, what would happen to each unit. A resource that stays as it is lends its outputs to
 * those that refer to it; what refers to one that changes is known only at execution, or within the same unit left to
 * the engine.
 */
export class UnitSurvey {
  readonly #parts: SurveyParts;
  readonly #previous: ReadonlyMap<string, AppliedUnit>;
  readonly #recorded: ReadonlyMap<string, AppliedResource>;
  readonly #findings = new Map<string, UnitFinding>();
  /** Resources that stay as they are, by address. */
  readonly #standing = new Map<string, AppliedResource>();
  readonly #refusals: Refusal[] = [];

  constructor(parts: SurveyParts) {
    this.#parts = parts;
    this.#previous = new Map(parts.applied.map((unit) => [unit.unitId, unit]));
    this.#recorded = resourcesByAddress(parts.applied);
  }

  /** Goes through all units, so that a refusal names all that are wrong. @throws Fault `engine-trouble` (retryable). */
  async run({ deletions, drafts, order }: PreparedUnits): Promise<Surveyed> {
    const draftOf = new Map(drafts.map((draft) => [draft.unitId, draft]));
    const going = new Map(deletions.map((unit) => [unit.unitId, unit]));
    for (const wave of order.waves) {
      await this.#together(wave, async (unitId) => {
        const [draft, leaving] = [draftOf.get(unitId), going.get(unitId)];
        if (draft !== undefined) this.#keep(unitId, await this.#surveyDraft(draft));
        if (leaving !== undefined) this.#keep(unitId, await this.#surveyDeletion(leaving));
      });
    }
    const [first] = this.#refusals;
    if (first === undefined) return { outcome: 'surveyed', findings: this.#findings };
    const diagnostics = this.#refusals.flatMap((refusal) => refusal.diagnostics);
    return refuse(first.code, ...diagnostics.slice(0, DIAGNOSTICS_MAX));
  }

  /** One failure stops the others, and is told when all have stopped. */
  async #together(unitIds: readonly string[], work: (unitId: string) => Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled(
      unitIds.map((unitId) =>
        work(unitId).catch((error: unknown) => {
          this.#parts.desk.stop();
          throw error;
        }),
      ),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #keep(unitId: string, found: UnitFinding | Refusal): void {
    if ('outcome' in found) this.#refusals.push(found);
    else this.#findings.set(unitId, found);
  }

  async #surveyDraft(draft: UnitDraft): Promise<UnitFinding | Refusal> {
    const own = new Set(draft.resources.map(({ address }) => address));
    const resolved = draft.resources.map((resource) => this.#resolve(resource, own));
    const missing = resolved.flatMap((found) => found.missing);
    if (missing.length > 0) return refuse('unknown-output', ...missing);
    const { credential, plugin, provider, region, unitId } = draft;
    const resources = resolved.map(({ input }) => input);
    const unit: UnitInput = { unitId, provider, region, credential, plugin, resources };
    if (isGate(draft)) return this.#gateFinding(draft, unit);
    const unknowns = resolved.flatMap((found) => found.unknowns);
    const planned = await this.#dryRun(draft, unit, unknowns);
    if (typeof planned === 'string') return this.#recordedFinding(unit, planned);
    if ('outcome' in planned) return planned;
    const finding = await this.#finding(unit, this.#withRecords(planned, unit));
    const prevented = draft.resources.filter(({ address, lifecycle }) => {
      const action = finding.resources.find((found) => found.address === address)?.action;
      return lifecycle?.preventDestroy === true && (action === 'replace' || action === 'delete');
    });
    if (prevented.length > 0) {
      return refuse('destroy-prevented', ...prevented.map(({ address }) => destroyPrevented(address)));
    }
    if (unknowns.length === 0) this.#lend(finding);
    return finding;
  }

  /** A gate is passed anew whenever what it looks at changes, and is no step otherwise. */
  #gateFinding({ engine, unitId }: UnitDraft, { resources }: UnitInput): UnitFinding {
    // What goes is no dependency: a gate without any stands behind removals.
    const changes = resources.some(
      ({ dependsOn }) => dependsOn.length === 0 || dependsOn.some((id) => !this.#standing.has(id)),
    );
    const whenChanged = this.#previous.has(unitId) ? 'update' : 'create';
    const action = changes ? whenChanged : 'none';
    const found = resources.map(({ address, properties }): ResourceFinding => ({ address, action, properties }));
    const shown = resources.map(({ address, type }): UnitFinding['changes'][number] => {
      return { unitId, resource: address, address: `${engine}.${type}.${address}`, action, attributes: [] };
    });
    return { action, changes: changes ? shown : [], resources: found };
  }

  /** What the engine says; or why it cannot look; or why there is no plan. */
  async #dryRun(
    draft: UnitDraft,
    unit: UnitInput,
    unknowns: readonly UnknownProperty[],
  ): Promise<UnitPlan | Refusal | string> {
    const unseen = this.#unseen(draft);
    if (unseen !== undefined) return unseen;
    const { desk } = this.#parts;
    const engine = this.#engineOf(draft.engine);
    const valid = await desk.validate(engine, unit);
    if (valid.outcome === 'refused') return unseenBy(valid);
    const previous = this.#previous.get(draft.unitId);
    const request = { unit, unknowns, destroy: false, ...(previous === undefined ? {} : { previous }) };
    const planned = await desk.plan(engine, request);
    return planned.outcome === 'answered' ? planned.value : unseenBy(planned);
  }

  /** Why an engine that does not make the type of a mapped resource cannot be asked. */
  #unseen({ engine, plugin, resources }: UnitDraft): string | undefined {
    const strange = resources.find(
      ({ mapping, type }) => mapping !== undefined && !this.#parts.offers(engine, type, plugin !== undefined),
    );
    return strange === undefined ? undefined : `The engine "${engine}" of this installation has no "${strange.type}".`;
  }

  /** What follows from the record alone, where the engine cannot look. */
  #recordedFinding(unit: UnitInput, why: string): UnitFinding {
    const previous = this.#previous.get(unit.unitId);
    const wanted = new Set(unit.resources.map(({ address }) => address));
    const found = unit.resources.map((resource): ResourceFinding => {
      const { address, properties } = resource;
      const recorded = this.#recorded.get(address);
      const same = recorded !== undefined && jsonEquals(recorded.properties, properties);
      if (same) this.#standing.set(address, recorded);
      const action = recorded === undefined ? 'create' : same && isProtectedAs(recorded, resource) ? 'none' : 'update';
      return { address, action, properties };
    });
    const loses = (previous?.resources ?? []).some(({ address }) => !wanted.has(address));
    const changes = loses || found.some(({ action }) => action !== 'none');
    const action = previous === undefined ? 'create' : changes ? 'update' : 'none';
    return { action, changes: [], resources: found, dryRunUnavailable: why };
  }

  /**
   * What is there but was never recorded is taken over by an apply, so that others can refer to it; what is recorded
   * with another protection is recorded anew by one, so that the protection holds once nothing desires it any more.
   */
  #withRecords(plan: UnitPlan, { resources: wanted, unitId }: UnitInput): UnitPlan {
    const inputs = new Map(wanted.map((resource) => [resource.address, resource]));
    const resources = plan.resources.map(({ action, address }) => {
      const [recorded, input] = [this.#recorded.get(address), inputs.get(address)];
      if (action !== 'none' || input === undefined) return { address, action };
      if (recorded === undefined) return { address, action: 'create' as const };
      return { address, action: isProtectedAs(recorded, input) ? action : ('update' as const) };
    });
    const records = plan.action === 'none' && resources.some(({ action }) => action !== 'none');
    const whenRecorded = this.#previous.has(unitId) ? 'update' : 'create';
    return { ...plan, action: records ? whenRecorded : plan.action, resources };
  }

  #lend({ resources }: UnitFinding): void {
    for (const { action, address } of resources) {
      const recorded = this.#recorded.get(address);
      if (action === 'none' && recorded !== undefined) this.#standing.set(address, recorded);
    }
  }

  async #surveyDeletion(previous: AppliedUnit): Promise<UnitFinding | Refusal> {
    const request = { unit: previous, previous, unknowns: [], destroy: true };
    const planned = await this.#parts.desk.plan(this.#engineOf(previous.engine), request);
    if (planned.outcome === 'answered') return this.#finding(previous, { ...planned.value, action: 'delete' });
    const why = unseenBy(planned);
    if (typeof why !== 'string') return planned;
    return { action: 'delete', changes: [], resources: [], dryRunUnavailable: why };
  }

  async #finding(unit: UnitInput, plan: UnitPlan): Promise<UnitFinding> {
    const { artifacts, tenantId } = this.#parts;
    const { action, artifact } = plan;
    const changes = plan.changes.map(({ attributes, ...change }) => ({
      unitId: unit.unitId,
      ...change,
      attributes: [...attributes],
    }));
    const actions = new Map(plan.resources.map((resource) => [resource.address, resource.action]));
    const resources = unit.resources.map(({ address, properties }): ResourceFinding => {
      return { address, action: actions.get(address) ?? plainAction(action), properties };
    });
    const basis = plan.basis === undefined ? {} : { basis: plan.basis };
    const finding = { action, changes, resources, ...basis };
    if (artifact === undefined || action === 'none') return finding;
    return { ...finding, artifact: await artifacts.put(tenantId, artifact) };
  }

  #resolve(draft: ResourceDraft, own: ReadonlySet<string>): Resolved {
    const { address, dependsOn, hasReferences, lifecycle, tags, type } = draft;
    const input = { address, type, properties: draft.properties, dependsOn, tags, lifecycle };
    if (!hasReferences) return { input, unknowns: [], missing: [] };
    const { unresolved, value } = resolveReferences(draft.properties, (id) => this.#standing.get(id));
    const missing = unresolved
      .filter(({ expression }) => this.#standing.has(targetOf(expression)))
      .map(({ expression, reason }): Diagnostic => {
        const detail = `${reason}. Refer to one of the outputs or properties that it has.`;
        return { severity: 'error', summary: `\${${expression}} has no value.`, detail, address };
      });
    const unknowns = openPaths(value, own).map((path) => ({ resource: address, path }));
    return { input: { ...input, properties: value as JsonObject }, unknowns, missing };
  }

  #engineOf(name: string): Engine {
    const engine = this.#parts.engines.get(name);
    if (engine === undefined) throw new InvariantViolation(`the engine ${name} was offered and is not there`);
    return engine;
  }
}

/** Why an engine cannot look, where it says that; any other refusal as it is. */
function unseenBy(refusal: Refusal): string | Refusal {
  if (refusal.code !== DRY_RUN_UNAVAILABLE) return refusal;
  return refusal.diagnostics.map(({ detail, summary }) => [summary, detail].filter(Boolean).join(' ')).join(' ');
}

function isProtectedAs(recorded: AppliedResource, { lifecycle }: ResourceInput): boolean {
  return (recorded.lifecycle?.preventDestroy ?? false) === (lifecycle?.preventDestroy ?? false);
}

function plainAction(action: ChangeAction): ChangeAction {
  return action === 'delete' ? 'delete' : 'none';
}

function targetOf(expression: string): string {
  const reference = parseReference(expression);
  return reference === undefined ? '' : resourceAddressOf(reference.resource, reference.index);
}

/** Paths of texts that refer to a resource outside of the unit. */
function openPaths(value: Json, own: ReadonlySet<string>): readonly string[] {
  const paths: string[] = [];
  visitReferableText(value, (text, path) => {
    if (!text.includes('${')) return;
    const { references } = findReferences(text);
    const isOpen = references.some(({ index, resource }) => !own.has(resourceAddressOf(resource, index)));
    if (isOpen) paths.push(path.join('.'));
  });
  return paths;
}
