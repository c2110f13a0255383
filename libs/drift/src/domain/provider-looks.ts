import type { BreakerRules } from '@caisson/contracts';
import type { UnitFinding } from './compare.js';
import type { Look } from './breaker.events.js';

/** A unit as far as it matters whose it is. */
export interface ProvidedUnit {
  readonly unitId: string;
  readonly provider: string;
  readonly resources: readonly unknown[];
}

/** What one scan says about each provider of the deployment. */
export function looksOf(
  units: readonly ProvidedUnit[],
  findings: readonly UnitFinding[],
  rules: Pick<BreakerRules, 'massDriftPercent'>,
): ReadonlyMap<string, Look['verdict']> {
  const byUnit = new Map(findings.map((finding) => [finding.unitId, finding]));
  return new Map(
    providersOf(units).map((provider) => {
      const own = units.filter((unit) => unit.provider === provider);
      return [provider, verdictOf(own, byUnit, rules)];
    }),
  );
}

/** The providers of some units, each once. */
export function providersOf(units: readonly ProvidedUnit[]): readonly string[] {
  return [...new Set(units.map(({ provider }) => provider))].sort();
}

/** The providers of the units that differ. */
export function driftedProviders(units: readonly ProvidedUnit[], findings: readonly UnitFinding[]): readonly string[] {
  const drifted = new Set(findings.filter((finding) => isDrifted(finding)).map(({ unitId }) => unitId));
  return providersOf(units.filter(({ unitId }) => drifted.has(unitId)));
}

function isDrifted(finding: UnitFinding): boolean {
  return finding.outcome === 'compared' && finding.items.length > 0;
}

function verdictOf(
  units: readonly ProvidedUnit[],
  byUnit: ReadonlyMap<string, UnitFinding>,
  { massDriftPercent }: Pick<BreakerRules, 'massDriftPercent'>,
): Look['verdict'] {
  const findings = units.flatMap(({ unitId }) => byUnit.get(unitId) ?? []);
  const unreadable = findings.filter(({ outcome }) => outcome === 'unreadable').length;
  if (unreadable * 2 >= findings.length && unreadable > 0) return 'unreadable';
  const made = units.reduce((sum, { resources }) => sum + resources.length, 0);
  const drifted = findings.reduce((sum, finding) => sum + driftedIn(finding), 0);
  return drifted > 0 && drifted * 100 >= made * massDriftPercent ? 'mass-drift' : 'healthy';
}

/** Resources that differ in what they do; labels alone are no sign of trouble. */
function driftedIn(finding: UnitFinding): number {
  if (finding.outcome !== 'compared') return 0;
  const telling = finding.items.filter(({ type }) => type !== 'tag_mismatch' && type !== 'resource_added');
  return new Set(telling.map(({ resource }) => resource)).size;
}
