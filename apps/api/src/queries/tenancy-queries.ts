import type { KeyListQuery, MemberListQuery } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import { TENANCY_COLLECTIONS, type KeyDocument, type MemberDocument } from '@caisson/tenancy';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { readPage, type Page } from './read-page.js';

/** The members of a tenant. */
export class ListMembers extends Query<Page<MemberDocument>> {
  constructor(
    readonly tenantId: string,
    readonly filter: MemberListQuery,
  ) {
    super();
  }
}

/** The API keys of a tenant, revoked ones included. */
export class ListKeys extends Query<Page<KeyDocument>> {
  constructor(
    readonly tenantId: string,
    readonly filter: KeyListQuery,
  ) {
    super();
  }
}

/** One member; undefined when the tenant has none with the id. */
export class FindMember extends Query<MemberDocument | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** One API key; undefined when the tenant has none with the id. */
export class FindKey extends Query<KeyDocument | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Answers `ListMembers`. */
@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListMembers): Promise<Page<MemberDocument>> {
    const { role, ...part } = filter;
    const request = { tenantId, collection: TENANCY_COLLECTIONS.member, equals: { status: 'active', role }, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `ListKeys`. */
@QueryHandler(ListKeys)
export class ListKeysHandler implements IQueryHandler<ListKeys> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListKeys): Promise<Page<KeyDocument>> {
    const { role, status, ...part } = filter;
    const request = { tenantId, collection: TENANCY_COLLECTIONS.key, equals: { role, status }, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `FindMember`. */
@QueryHandler(FindMember)
export class FindMemberHandler implements IQueryHandler<FindMember> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindMember): Promise<MemberDocument | undefined> {
    const member = await this.documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, id);
    return member?.body.status === 'active' ? member.body : undefined;
  }
}

/** Answers `FindKey`. */
@QueryHandler(FindKey)
export class FindKeyHandler implements IQueryHandler<FindKey> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindKey): Promise<KeyDocument | undefined> {
    const key = await this.documents.get<KeyDocument>(tenantId, TENANCY_COLLECTIONS.key, id);
    return key?.body;
  }
}
