import type { Plan } from '@caisson/contracts';
import { DEPLOYMENT_COLLECTIONS, type ResourcesView } from '@caisson/deployment';
import type { DocumentStore } from '@caisson/event-sourcing';
import { digestOf } from '@caisson/kernel';
import { changedInputs, inputNameOf, RecomputePlan, StoredTables, type Recomputation } from '@caisson/planning';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ApiPorts } from '../ports.js';
import { DOCUMENTS, INSTALLED_ENGINES } from '../tokens.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';

/** The service whose engines apply what is approved. */
const APPLIES = 'executor';

/** Which input of a plan is another one now, what the plan was computed from, and what it is. */
export type ChangedInput = ReturnType<typeof changedInputs>[number];

/** The inputs of a plan that have changed since it was computed; none for a plan that is not known. */
export class FindChangedInputs extends Query<readonly ChangedInput[]> {
  constructor(
    readonly tenantId: string,
    readonly digest: string,
  ) {
    super();
  }
}

/** A plan computed again from what was recorded with it. */
export class RecomputedPlan extends Query<Recomputation> {
  constructor(
    readonly tenantId: string,
    readonly digest: string,
  ) {
    super();
  }
}

/** Answers `RecomputedPlan`. */
@QueryHandler(RecomputedPlan)
export class RecomputedPlanHandler implements IQueryHandler<RecomputedPlan> {
  constructor(private readonly recomputePlan: RecomputePlan) {}

  execute({ digest, tenantId }: RecomputedPlan): Promise<Recomputation> {
    return this.recomputePlan.execute({ tenantId, digest });
  }
}

/** Answers `FindChangedInputs`. */
@QueryHandler(FindChangedInputs)
export class FindChangedInputsHandler implements IQueryHandler<FindChangedInputs> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly tables: StoredTables,
    @Inject(INSTALLED_ENGINES) private readonly installed: ApiPorts['installed'],
  ) {}

  async execute({ digest, tenantId }: FindChangedInputs): Promise<readonly ChangedInput[]> {
    const found = await this.documents.get<{ plan: Plan }>(tenantId, FOREIGN_COLLECTIONS.plan, digest);
    if (found === undefined) return [];
    const { plan } = found.body;
    const [{ priceBook, typeTable }, engines, resources] = await Promise.all([
      this.tables.current(tenantId),
      this.installed.of(APPLIES),
      this.documents.get<ResourcesView>(tenantId, DEPLOYMENT_COLLECTIONS.resources, plan.deploymentId),
    ]);
    return changedInputs(plan, {
      typeTable: inputNameOf(typeTable),
      priceBook: inputNameOf(priceBook),
      applied: digestOf(resources?.body.units ?? []),
      ...Object.fromEntries([...engines].map(([engine, version]) => [`engine:${engine}`, version])),
    });
  }
}
