import type { Quotas, QuotaUse } from '@caisson/event-sourcing';
import { ReadTenant, type TenantRead } from '@caisson/tenancy';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { QUOTA_USE } from '../tokens.js';

/** A tenant as its own facts tell it; undefined where it was never founded. */
export class FindTenant extends Query<TenantRead | undefined> {
  constructor(readonly tenantId: string) {
    super();
  }
}

/** What a tenant uses of its quotas, where it ever used or limited something. */
export class ReadQuotas extends Query<readonly QuotaUse[]> {
  constructor(readonly tenantId: string) {
    super();
  }
}

/** Answers `FindTenant`. */
@QueryHandler(FindTenant)
export class FindTenantHandler implements IQueryHandler<FindTenant> {
  constructor(private readonly tenants: ReadTenant) {}

  execute({ tenantId }: FindTenant): Promise<TenantRead | undefined> {
    return this.tenants.execute(tenantId);
  }
}

/** Answers `ReadQuotas`. */
@QueryHandler(ReadQuotas)
export class ReadQuotasHandler implements IQueryHandler<ReadQuotas> {
  constructor(@Inject(QUOTA_USE) private readonly quotas: Quotas) {}

  execute({ tenantId }: ReadQuotas): Promise<readonly QuotaUse[]> {
    return this.quotas.read(tenantId);
  }
}
