import type { DesiredState, Plan, PlanUnit, RiskRules } from '@caisson/contracts';

const SCORE_MAX = 100;

/** What the risk of a plan is judged by. */
export interface RiskInput {
  readonly environment: DesiredState['environment'];
  readonly units: readonly PlanUnit[];
  /** Providers of the units that change. */
  readonly providers: ReadonlySet<string>;
  readonly irreversible: Plan['irreversible'];
  /** Ids of the units that hold data and go. */
  readonly losesData: readonly string[];
  readonly rules: RiskRules;
}

/** Whether a unit stops being what it was, with what was in it. */
export function isRemoved({ action }: Pick<PlanUnit, 'action'>): boolean {
  return action === 'delete' || action === 'replace';
}

/**
 * Adds up what speaks against a plan by the rules of the type table: production, several providers, many steps, data
 * that is lost, changes that cannot be undone. Each reason is a sentence. A plan that changes nothing has no risk.
 */
export function assessRisk(input: RiskInput): Plan['risk'] {
  const { environment, irreversible, losesData, providers, rules, units } = input;
  const { points } = rules;
  const changing = units.filter(({ action }) => action !== 'none');
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
