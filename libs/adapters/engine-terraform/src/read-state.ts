import type { Json, JsonObject } from '@caisson/kernel';
import { redactorOfPlan, redactorOfState } from './find-secrets.js';
import { mask, redactTexts, SENSITIVE_CHANGED } from './masking.js';
import { actionOf, addressOf } from './read-plan.js';
import type { ShownState } from './unit-layout.js';
import type { PlanJson, PlannedResourceChange, RawStateJson, StateJson, ValuesModule } from './terraform-json.js';

/** What a state holds, fit to be shown. */
export function shownState(state: StateJson): ShownState {
  const redactor = redactorOfState(state);
  return {
    resources: redactTexts(resourcesOf(state), redactor),
    outputs: redactTexts(outputsOf(state.values?.outputs ?? {}), redactor),
  };
}

function resourcesOf(state: StateJson | undefined): JsonObject {
  const found: Record<string, Json> = {};
  collect(state?.values?.root_module ?? {}, found);
  return found;
}

function outputsOf(outputs: RawStateJson['outputs']): JsonObject {
  const shown = Object.entries(outputs).filter(([, output]) => !output.sensitive);
  return Object.fromEntries(shown.map(([name, output]) => [name, output.value ?? null]));
}

/** Whether a state holds nothing: no managed resource and no output. */
export function isAbsent(state: RawStateJson | undefined): boolean {
  if (state === undefined) return true;
  const managed = state.resources.filter((resource) => resource.mode === 'managed');
  return Object.keys(state.outputs).length === 0 && managed.every((resource) => resource.instances.length === 0);
}

/**
 * The unit as the world has it, from a plan of the unchanged configuration and the state as recorded.
 *
 * Providers report differences that mean nothing, such as empty for missing tags or an attribute that a sibling set. So
 * a difference counts only when the plan would act on the resource; otherwise the recorded values stand.
 */
export function observedState(plan: PlanJson, recorded: RawStateJson): ShownState {
  const redactor = redactorOfPlan(plan);
  return {
    resources: redactTexts(observedResources(plan), redactor),
    outputs: redactTexts(outputsOf(recorded.outputs), redactor),
  };
}

function observedResources(plan: PlanJson): JsonObject {
  const real: Record<string, Json> = { ...resourcesOf(plan.prior_state) };
  const acting = new Set(
    plan.resource_changes.filter((change) => actionOf(change.change) !== 'none').map((change) => addressOf(change)),
  );
  for (const drift of plan.resource_drift) {
    const address = addressOf(drift);
    if (drift.mode !== 'managed' || drift.deposed !== undefined) continue;
    if (!acting.has(address)) real[address] = mask(drift.change.before ?? null, drift.change.before_sensitive);
    else if (drift.change.after !== null) real[address] = markChanged(drift);
  }
  return real;
}

/** The real values, where a sensitive one that changed reads otherwise than one that did not. */
function markChanged(drift: PlannedResourceChange): Json {
  const { before = null, after = null, before_sensitive: beforeMarks, after_sensitive: afterMarks } = drift.change;
  return markAgainst(after, before, afterMarks ?? beforeMarks);
}

function markAgainst(after: Json, before: Json | undefined, marks: Json | undefined): Json {
  if (typeof after !== 'object' || after === null || Array.isArray(after) || marks === true) {
    const changed = JSON.stringify(after) !== JSON.stringify(before);
    return changed ? mask(after, marks, SENSITIVE_CHANGED) : mask(after, marks);
  }
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => [key, markAgainst(value, memberOf(before, key), memberOf(marks, key))]),
  );
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}

function collect(module: ValuesModule, found: Record<string, Json>): void {
  for (const { address, deposed_key: deposed, mode, values, sensitive_values: marks } of module.resources ?? []) {
    if (mode !== 'managed') continue;
    found[deposed === undefined ? address : `${address} (deposed ${deposed})`] = mask(values ?? {}, marks);
  }
  for (const child of module.child_modules ?? []) collect(child, found);
}
