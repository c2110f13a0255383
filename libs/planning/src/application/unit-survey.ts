import {
  parseReference,
  resolveReferences,
  unitIdOf,
  visitReferableText,
  type AppliedUnit,
  type ChangeAction,
  type Diagnostic,
} from '@caisson/contracts';
import {
  DRY_RUN_UNAVAILABLE,
  type ArtifactStore,
  type Engine,
  type EngineRegistry,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { InvariantViolation, jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import type { UnitFinding } from '../domain/assemble-plan.js';
import { isGate } from '../domain/apply-strategy.js';
import type { UnitDraft } from '../domain/expand-units.js';
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
  /** Whether the engine says that it has the type. */
  readonly offers: (engine: string, type: string) => boolean;
  readonly applied: readonly AppliedUnit[];
}

/** What was found out about every unit, or why some of them cannot be planned. */
export type Surveyed = { readonly outcome: 'surveyed'; readonly findings: ReadonlyMap<string, UnitFinding> } | Refusal;

interface Resolved {
  readonly properties: JsonObject;
  /** Paths of the properties whose value is known only at execution. */
  readonly unknowns: readonly string[];
  /** References to values that do not exist and never will. */
  readonly missing: readonly Diagnostic[];
}

/**
 * Asks the engines, wave by wave, what would happen to each unit. A unit that stays as it is lends its outputs to
 * those that refer to it; what refers to a unit that changes is known only at execution.
 */
export class UnitSurvey {
  readonly #parts: SurveyParts;
  readonly #previous: ReadonlyMap<string, AppliedUnit>;
  readonly #findings = new Map<string, UnitFinding>();
  /** Units that stay as they are. */
  readonly #standing = new Map<string, AppliedUnit>();
  readonly #refusals: Refusal[] = [];

  constructor(parts: SurveyParts) {
    this.#parts = parts;
    this.#previous = new Map(parts.applied.map((unit) => [unit.unitId, unit]));
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
    const { missing, properties, unknowns } = this.#resolve(draft);
    if (missing.length > 0) return refuse('unknown-output', ...missing);
    const { preventDestroy, type, unitId } = draft;
    const unit: UnitInput = { unitId, type, properties };
    const previous = this.#previous.get(unitId);
    if (isGate(draft)) return this.#gateFinding(draft, unit);
    const planned = await this.#dryRun(draft, unit, unknowns);
    if (typeof planned === 'string') return this.#recordedFinding(unit, planned, previous);
    if ('outcome' in planned) return planned;
    // What is there but was never recorded is taken over by an apply, so that others can refer to it.
    const action = previous === undefined && planned.action === 'none' ? 'create' : planned.action;
    if (preventDestroy && (action === 'replace' || action === 'delete')) {
      return refuse('destroy-prevented', destroyPrevented(unitId));
    }
    if (action === 'none' && previous !== undefined) this.#standing.set(unitId, previous);
    return this.#finding(unit, planned, action);
  }

  /** A gate is passed anew whenever what it looks at changes, and is no step otherwise. */
  #gateFinding({ dependsOn, engine }: UnitDraft, { properties, type, unitId }: UnitInput): UnitFinding {
    const previous = this.#previous.get(unitId);
    const changes = dependsOn.some((id) => !this.#standing.has(id));
    if (!changes) return { action: 'none', changes: [], properties };
    const action = previous === undefined ? 'create' : 'update';
    return {
      action,
      changes: [{ unitId, address: `${engine}.${type}.${unitId}`, action, attributes: [] }],
      properties,
    };
  }

  /** What the engine says; or why it cannot look; or why there is no plan. */
  async #dryRun(draft: UnitDraft, unit: UnitInput, unknowns: readonly string[]): Promise<UnitPlan | Refusal | string> {
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

  async #surveyDeletion(previous: AppliedUnit): Promise<UnitFinding | Refusal> {
    const { properties, type, unitId } = previous;
    const unit: UnitInput = { unitId, type, properties };
    const request = { unit, previous, unknowns: [], destroy: true };
    const planned = await this.#parts.desk.plan(this.#engineOf(previous.engine), request);
    if (planned.outcome === 'answered') return this.#finding(unit, planned.value, 'delete');
    const why = unseenBy(planned);
    if (typeof why !== 'string') return planned;
    return { action: 'delete', changes: [], properties, dryRunUnavailable: why };
  }

  /** Why an engine that does not list the type of a mapped resource cannot be asked. */
  #unseen({ engine, mapping, type }: UnitDraft): string | undefined {
    if (mapping === undefined || this.#parts.offers(engine, type)) return undefined;
    return `The engine "${engine}" of this installation has no "${type}".`;
  }

  /** What follows from the record alone, where the engine cannot look. */
  #recordedFinding(unit: UnitInput, why: string, previous: AppliedUnit | undefined): UnitFinding {
    const { properties, unitId } = unit;
    const same = previous !== undefined && jsonEquals(previous.properties, properties);
    const action = previous === undefined ? 'create' : same ? 'none' : 'update';
    if (same) this.#standing.set(unitId, previous);
    return { action, changes: [], properties, dryRunUnavailable: why };
  }

  async #finding(unit: UnitInput, plan: UnitPlan, action: ChangeAction): Promise<UnitFinding> {
    const { artifacts, tenantId } = this.#parts;
    const changes = plan.changes.map(({ attributes, ...change }) => ({
      unitId: unit.unitId,
      ...change,
      attributes: [...attributes],
    }));
    const basis = plan.basis === undefined ? {} : { basis: plan.basis };
    const finding = { action, changes, properties: unit.properties, ...basis };
    if (plan.artifact === undefined || action === 'none') return finding;
    return { ...finding, artifact: await artifacts.put(tenantId, plan.artifact) };
  }

  #resolve({ hasReferences, properties, unitId }: UnitDraft): Resolved {
    if (!hasReferences) return { properties, unknowns: [], missing: [] };
    const { unresolved, value } = resolveReferences(properties, (id) => this.#standing.get(id));
    const missing = unresolved
      .filter(({ expression }) => this.#standing.has(targetOf(expression)))
      .map(({ expression, reason }): Diagnostic => {
        const detail = `${reason}. Refer to one of the outputs or properties that it has.`;
        return { severity: 'error', summary: `\${${expression}} has no value.`, detail, address: unitId };
      });
    return { properties: value as JsonObject, unknowns: openPaths(value), missing };
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

function targetOf(expression: string): string {
  const reference = parseReference(expression);
  return reference === undefined ? '' : unitIdOf(reference.resource, reference.index);
}

function openPaths(value: Json): readonly string[] {
  const paths: string[] = [];
  visitReferableText(value, (text, path) => {
    if (/\$\{[^{}]+\}/.test(text)) paths.push(path.join('.'));
  });
  return paths;
}
