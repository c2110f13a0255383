import type { Plan, PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import { differencesOf, planOf, type PlanDifference, type PlanInputs } from '../domain/plan-inputs.js';
import type { PlanningTables, TableVersion } from '../domain/planning-tables.js';
import { PLAN_COLLECTION, PLAN_INPUTS_COLLECTION, type PlanView } from './plan.aggregate.js';
import type { StoredTables } from './stored-tables.js';

/** What came of computing a plan again. */
export type Recomputation =
  | { readonly outcome: 'plan-not-found' }
  /** It was made by a planner that records no inputs, or from a table that is not here. */
  | { readonly outcome: 'inputs-missing'; readonly reason: string }
  | {
      readonly outcome: 'recomputed';
      readonly digest: string;
      readonly recomputed: string;
      readonly same: boolean;
      readonly differences: readonly PlanDifference[];
    };

/** Computes a recorded plan again, from its recorded inputs alone. Asks no engine and changes nothing. */
export class RecomputePlan {
  constructor(
    private readonly documents: DocumentStore,
    private readonly tables: StoredTables,
  ) {}

  async execute({ digest, tenantId }: { readonly tenantId: string; readonly digest: string }): Promise<Recomputation> {
    const [view, kept] = await Promise.all([
      this.documents.get<PlanView>(tenantId, PLAN_COLLECTION, digest),
      this.documents.get<PlanInputs>(tenantId, PLAN_INPUTS_COLLECTION, digest),
    ]);
    if (view === undefined) return { outcome: 'plan-not-found' };
    if (kept === undefined) return missing('The planner that made it keeps no inputs');
    const tables = await this.tablesOf(tenantId, kept.body);
    if (typeof tables === 'string') return missing(tables);
    const plan = planOf(kept.body, tables);
    if ('outcome' in plan) {
      const summary = plan.diagnostics[0]?.summary ?? plan.code;
      return { outcome: 'recomputed', digest, recomputed: '', same: false, differences: refused(summary) };
    }
    const differences = differencesOf(view.body.plan as unknown as Json, plan as unknown as Json);
    const same = plan.digest === digest && differences.length === 0;
    return { outcome: 'recomputed', digest, recomputed: plan.digest, same, differences };
  }

  private async tablesOf(tenantId: string, { priceBook, typeTable }: PlanInputs): Promise<PlanningTables | string> {
    const find = (table: PlanningTableName, version: number) => this.tables.find(tenantId, table, version);
    const [types, prices] = [await find('type-table', typeTable.version), await find('price-book', priceBook.version)];
    if (types?.digest !== typeTable.digest) return `Version ${typeTable.version} of the type table is not as it was`;
    if (prices?.digest !== priceBook.digest) return `Version ${priceBook.version} of the price book is not as it was`;
    return { typeTable: types as TableVersion<TypeTable>, priceBook: prices as TableVersion<PriceBook> };
  }
}

function missing(reason: string): Recomputation {
  return { outcome: 'inputs-missing', reason };
}

function refused(summary: string): readonly PlanDifference[] {
  return [{ pointer: '', recomputed: `There is no plan: ${summary}` }];
}

/** Which inputs of a plan are not what they were, each in words; none: it would be computed alike. */
export function changedInputs(
  plan: Pick<Plan, 'inputs'>,
  now: Readonly<Record<string, string>>,
): readonly { readonly input: string; readonly planned: string; readonly now: string }[] {
  return Object.entries(now).flatMap(([input, value]) => {
    const planned = plan.inputs[input];
    return planned === undefined || planned === value ? [] : [{ input, planned, now: value }];
  });
}
