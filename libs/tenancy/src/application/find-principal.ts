import type { DocumentStore } from '@caisson/event-sourcing';
import { TENANCY_COLLECTIONS, type PrincipalDocument } from './tenancy-documents.js';

/** Reads a principal as it is now, whatever its token says. */
export class FindPrincipal {
  constructor(private readonly documents: DocumentStore) {}

  /** Undefined when there is none in the tenant. */
  async execute(tenantId: string, principalId: string): Promise<PrincipalDocument | undefined> {
    const found = await this.documents.get<PrincipalDocument>(tenantId, TENANCY_COLLECTIONS.principal, principalId);
    return found?.body;
  }
}
