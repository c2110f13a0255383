import { DriftPolicy } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { BUILT_IN_POLICY, type PolicyVersion } from '../domain/drift-policy.js';
import { DRIFT_POLICIES, policyDocumentId, type PolicyView } from './policy.aggregate.js';

/** One version, and who made it when; the one that comes with Caisson was made by nobody. */
export type FoundPolicy = PolicyVersion & Partial<Pick<PolicyView, 'replacedAt' | 'replacedBy'>>;

/** The drift policies of tenants: what administrators recorded, else what comes with Caisson. */
export class StoredPolicies {
  constructor(private readonly documents: DocumentStore) {}

  /** What holds now. */
  async current(tenantId: string): Promise<FoundPolicy> {
    return (await this.#stored(tenantId)) ?? BUILT_IN_POLICY;
  }

  /** A version; undefined when there is none with the number. */
  async find(tenantId: string, version: number): Promise<FoundPolicy | undefined> {
    return version === BUILT_IN_POLICY.version ? BUILT_IN_POLICY : this.#stored(tenantId, version);
  }

  async #stored(tenantId: string, version?: number): Promise<FoundPolicy | undefined> {
    const found = await this.documents.get<PolicyView>(tenantId, DRIFT_POLICIES, policyDocumentId(version));
    return found === undefined ? undefined : { ...found.body, content: DriftPolicy.parse(found.body.content) };
  }
}
