import type { CredentialListQuery, CredentialResource } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import { TENANCY_COLLECTIONS, type CredentialDocument } from '@caisson/tenancy';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { readPage, type Page } from './read-page.js';

/** What is told of the credentials of a tenant. */
export class ListCredentials extends Query<Page<CredentialResource>> {
  constructor(
    readonly tenantId: string,
    readonly part: CredentialListQuery,
  ) {
    super();
  }
}

/** What is told of one credential; undefined when the tenant has none with the name. */
export class FindCredential extends Query<CredentialResource | undefined> {
  constructor(
    readonly tenantId: string,
    readonly name: string,
  ) {
    super();
  }
}

/** Answers `ListCredentials`. */
@QueryHandler(ListCredentials)
export class ListCredentialsHandler implements IQueryHandler<ListCredentials> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  async execute({ part, tenantId }: ListCredentials): Promise<Page<CredentialResource>> {
    const { credential: collection } = TENANCY_COLLECTIONS;
    const request = { tenantId, collection, equals: { status: 'active' }, ...part };
    const page = await readPage<CredentialDocument>(this.documents, this.cursors, request);
    return { ...page, documents: page.documents.map((stored) => ({ ...stored, body: told(stored.body) })) };
  }
}

/** Answers `FindCredential`. */
@QueryHandler(FindCredential)
export class FindCredentialHandler implements IQueryHandler<FindCredential> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ name, tenantId }: FindCredential): Promise<CredentialResource | undefined> {
    const { credential: collection } = TENANCY_COLLECTIONS;
    const stored = await this.documents.get<CredentialDocument>(tenantId, collection, name);
    return stored?.body.status === 'active' ? told(stored.body) : undefined;
  }
}

function told({ changedAt, keyId, name, variables, version }: CredentialDocument): CredentialResource {
  return { name, version, variables: [...variables], keyId, changedAt };
}
