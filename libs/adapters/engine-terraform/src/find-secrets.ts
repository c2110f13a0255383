import type { Json } from '@caisson/kernel';
import { createRedactor, type Redactor } from '@caisson/tool-process';
import { secretsIn } from './masking.js';
import type { PlanJson, StateJson, ValueChange, ValuesModule } from './terraform-json.js';

/** A redactor for every text that a state marks sensitive, in resources or outputs. */
export function redactorOfState(state: StateJson | undefined): Redactor {
  return createRedactor(secretsOfState(state));
}

/** A redactor for every text that a plan marks sensitive: in variables, in the state before, and on both sides. */
export function redactorOfPlan(plan: PlanJson): Redactor {
  const declared = plan.configuration?.root_module?.variables ?? {};
  const variables = Object.entries(plan.variables).filter(([name]) => declared[name]?.sensitive === true);
  const changes = [...plan.resource_changes, ...plan.resource_drift].map(({ change }) => change);
  return createRedactor([
    ...variables.flatMap(([, variable]) => secretsIn(variable.value, true)),
    ...secretsOfState(plan.prior_state),
    ...[...changes, ...Object.values(plan.output_changes)].flatMap(secretsOfChange),
  ]);
}

function secretsOfState(state: StateJson | undefined): readonly string[] {
  const outputs = Object.values(state?.values?.outputs ?? {}).filter((output) => output.sensitive);
  return [
    ...secretsOfModule(state?.values?.root_module ?? {}),
    ...outputs.flatMap((output) => secretsIn(output.value, true)),
  ];
}

function secretsOfModule(module: ValuesModule): readonly string[] {
  const own = (module.resources ?? []).flatMap(({ values, sensitive_values: marks }) => secretsIn(values, marks));
  return [...own, ...(module.child_modules ?? []).flatMap(secretsOfModule)];
}

function secretsOfChange(change: ValueChange): readonly string[] {
  const sides: readonly (readonly [Json | undefined, Json | undefined])[] = [
    [change.before, change.before_sensitive],
    [change.after, change.after_sensitive],
  ];
  return sides.flatMap(([value, marks]) => secretsIn(value, marks));
}
