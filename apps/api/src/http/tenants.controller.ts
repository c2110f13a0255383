import { TenantResource, TenantsAnswer } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { z } from 'zod';
import { FindTenant } from '../queries/tenant-queries.js';
import { found } from './found.js';
import { Id } from './path-parameters.js';
import { API_ROOT } from './views.js';

/** The tenant of the caller. A credential is of one tenant, so there is never a second one to see. */
@UseGuards(AccessGuard)
@Controller('api/v1/tenants')
export class TenantsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    readsStream: 'tenant',
    ...{ access: 'authenticated', answer: TenantsAnswer, problems: ['tenant-not-found'] },
    summary: 'List the tenants that the credential is good for: one',
    unpaged: 'a credential is of one tenant',
  })
  async listTenants(@CalledBy() { tenantId }: Caller): Promise<z.infer<typeof TenantsAnswer>> {
    return { items: [await this.read(tenantId)] };
  }

  @Get(':id')
  @Operation({
    readsStream: 'tenant',
    ...{ access: 'authenticated', answer: TenantResource, problems: ['tenant-not-found'] },
    summary: 'Read the tenant of the caller',
  })
  async readTenant(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<TenantResource> {
    return this.read(found(id === tenantId ? id : undefined, 'tenant-not-found'));
  }

  private async read(id: string): Promise<TenantResource> {
    const { memberCount, name } = found(await this.queries.execute(new FindTenant(id)), 'tenant-not-found');
    const links = {
      self: `${API_ROOT}/tenants/${id}`,
      members: `${API_ROOT}/members`,
      invitations: `${API_ROOT}/members/invitations`,
      keys: `${API_ROOT}/keys`,
      credentials: `${API_ROOT}/credentials`,
      quotas: `${API_ROOT}/quotas`,
    };
    return { id, name, members: memberCount, links };
  }
}
