import type { DesiredState, Plan, PlanUnit } from '@caisson/contracts';

/** A plan with more changing units than this is of medium risk. */
export const STEPS_LOW_RISK_MAX = 10;

const POINTS = { production: 70, severalProviders: 30, manySteps: 30, losesData: 40, irreversible: 10 } as const;
const MEDIUM_FROM = 30;
const HIGH_FROM = 70;
const SCORE_MAX = 100;

/** Types whose removal loses what people put into them, besides those whose engine says so. */
const STATEFUL_TYPES = new Set(['database', 'storage', 'volume', 'bucket', 'queue', 'cache']);

/** What the risk of a plan is judged by. */
export interface RiskInput {
  readonly environment: DesiredState['environment'];
  readonly units: readonly PlanUnit[];
  /** Providers of the units that change. */
  readonly providers: ReadonlySet<string>;
  readonly irreversible: Plan['irreversible'];
}

/** Whether a unit stops being what it was, with what was in it. */
export function isRemoved({ action }: Pick<PlanUnit, 'action'>): boolean {
  return action === 'delete' || action === 'replace';
}

/**
 * Production is high; several providers or more than `STEPS_LOW_RISK_MAX` steps are medium; the rest is low. Removing
 * or replacing what holds data raises it. Each reason is a sentence.
 */
export function assessRisk({ environment, irreversible, providers, units }: RiskInput): Plan['risk'] {
  const changing = units.filter(({ action }) => action !== 'none');
  const lost = changing.filter(
    (unit) =>
      isRemoved(unit) && (STATEFUL_TYPES.has(unit.type) || irreversible.some(({ unitId }) => unitId === unit.unitId)),
  );
  const found: { readonly points: number; readonly reason: string }[] = [];
  const add = (condition: boolean, points: number, reason: string): void => {
    if (condition) found.push({ points, reason });
  };
  add(environment === 'production', POINTS.production, 'It changes production.');
  const names = [...providers].sort().join(', ');
  add(providers.size > 1, POINTS.severalProviders, `It spans ${providers.size} providers: ${names}.`);
  add(changing.length > STEPS_LOW_RISK_MAX, POINTS.manySteps, `It has ${changing.length} steps.`);
  add(lost.length > 0, POINTS.losesData, `It removes what holds data: ${lost.map(({ unitId }) => unitId).join(', ')}.`);
  add(irreversible.length > 0, POINTS.irreversible, `${irreversible.length} of its changes cannot be undone.`);
  const score =
    changing.length === 0
      ? 0
      : Math.min(
          SCORE_MAX,
          found.reduce((sum, { points }) => sum + points, 0),
        );
  const level = score >= HIGH_FROM ? 'high' : score >= MEDIUM_FROM ? 'medium' : 'low';
  return { level, score, reasons: changing.length === 0 ? [] : found.map(({ reason }) => reason) };
}
