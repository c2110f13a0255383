import { PLAN_BY_KEY } from './append-function.js';

/**
 * Takes a lease when it is free, expired by the database's clock, or held by \`dead_holder\`, which the caller knows to
 * be gone. In the same transaction the streams it fences refuse every older token. Tokens are drawn under the lease's
 * row lock from one sequence, so they rise with each holder. Answers the new token, or null and who holds it.
 * Whoever tells takeovers also answers whether there was a row already: who lets go deletes it.
 * Lock order: the lease, then its streams by key.
 */
const acquireFunction = (tellsTakeovers: boolean): string => `
create function acquire_lease(
  for_tenant text, for_resource text, new_holder text, ttl_ms double precision, fences text[], dead_holder text,
  out new_token bigint, out held_by text${tellsTakeovers ? ', out took_over boolean' : ''})
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ttl interval := ttl_ms * interval '1 millisecond';
begin
  insert into lease as l (tenant_id, resource, holder, token, expires_at)
    values (for_tenant, for_resource, new_holder, nextval('fencing_token'), clock_timestamp() + ttl)
    on conflict (tenant_id, resource) do update
      set holder = excluded.holder, token = nextval('fencing_token'), expires_at = clock_timestamp() + ttl
      where l.expires_at <= clock_timestamp() or l.holder = dead_holder
    returning l.token${tellsTakeovers ? ', l.xmax <> 0 into new_token, took_over' : ' into new_token'};
  if new_token is null then
    select l.holder into held_by from lease l where l.tenant_id = for_tenant and l.resource = for_resource;
    return;
  end if;
  insert into stream as s (tenant_id, stream_id, fence)
    select for_tenant, fenced, new_token from unnest(fences) as fenced group by fenced order by fenced collate "C"
    on conflict (tenant_id, stream_id) do update set fence = greatest(s.fence, excluded.fence);
end $$`;

/** Keep in step with \`postgres-lease-table.ts\`, which calls it. */
export const LEASE_FUNCTIONS = [acquireFunction(false)];

/** Other columns of a result need the function to be made anew; who runs without them asks for the old two. */
export const LEASE_TAKEOVERS = [
  'drop function acquire_lease(text, text, text, double precision, text[], text)',
  acquireFunction(true),
];

/** Locks a consumer's positions in the order of their keys, making absent ones first, and answers them. */
const POSITIONS_FUNCTION = `
create function lock_positions(for_consumer text, streams json)
returns table (tenant_id text, stream_id text, last_version bigint, parked_from bigint)
language plpgsql set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY} as $$
#variable_conflict use_column
begin
  insert into consumer_position (consumer, tenant_id, stream_id)
    select for_consumer, s."tenantId", s."streamId"
      from json_to_recordset(streams) as s ("tenantId" text collate "C", "streamId" text collate "C")
      where not exists (
        select from consumer_position p
          where p.consumer = for_consumer and p.tenant_id = s."tenantId" and p.stream_id = s."streamId")
      order by s."tenantId", s."streamId"
    on conflict do nothing;
  return query
    select p.tenant_id, p.stream_id, p.last_version, p.parked_from
      from consumer_position p
      join json_to_recordset(streams) as s ("tenantId" text, "streamId" text)
        on p.tenant_id = s."tenantId" and p.stream_id = s."streamId"
      where p.consumer = for_consumer
      order by p.tenant_id, p.stream_id
      for update of p;
end $$`;

/** Keep in step with \`postgres-consumer-store.ts\`, which calls it. */
export const CONSUMER_FUNCTIONS = [POSITIONS_FUNCTION];
