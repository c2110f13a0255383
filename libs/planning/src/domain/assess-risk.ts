import type { DesiredState, Plan, PlanResource, RiskRules } from '@caisson/contracts';

const SCORE_MAX = 100;

/** What the risk of a plan is judged by. */
export interface RiskInput {
  readonly environment: DesiredState['environment'];
  readonly resources: readonly PlanResource[];
  /** Providers of what changes. */
  readonly providers: ReadonlySet<string>;
  readonly irreversible: Plan['irreversible'];
  /** Addresses of what holds data and goes. */
  readonly losesData: readonly string[];
  readonly rules: RiskRules;
}

/** Whether a resource stops being what it was, with what was in it. */
export function isRemoved({ action }: Pick<PlanResource, 'action'>): boolean {
  return action === 'delete' || action === 'replace';
}

/**
 * Adds up what speaks against a plan by the rules of the type table: production, several providers, many steps, data
 * that is lost, changes that cannot be undone. Each reason is a sentence. A plan that changes nothing has no risk.
 */
export function assessRisk(input: RiskInput): Plan['risk'] {
  const { environment, irreversible, losesData, providers, resources, rules } = input;
  const { points } = rules;
  const changing = resources.filter(({ action }) => action !== 'none');
  const found: { readonly points: number; readonly reason: string }[] = [];
  const add = (condition: boolean, worth: number, reason: string): void => {
    if (condition) found.push({ points: worth, reason });
  };
  add(environment === 'production', points.production, 'It changes production.');
  const names = [...providers].sort().join(', ');
  add(providers.size > 1, points.severalProviders, `It spans ${providers.size} providers: ${names}.`);
  add(changing.length > rules.stepsMax, points.manySteps, `It has ${changing.length} steps.`);
  add(losesData.length > 0, points.losesData, `It removes what holds data: ${losesData.join(', ')}.`);
  add(irreversible.length > 0, points.irreversible, `${irreversible.length} of its changes cannot be undone.`);
  const score =
    changing.length === 0
      ? 0
      : Math.min(
          SCORE_MAX,
          found.reduce((sum, { points: worth }) => sum + worth, 0),
        );
  const level = score >= rules.highFrom ? 'high' : score >= rules.mediumFrom ? 'medium' : 'low';
  return { level, score, reasons: changing.length === 0 ? [] : found.map(({ reason }) => reason) };
}
