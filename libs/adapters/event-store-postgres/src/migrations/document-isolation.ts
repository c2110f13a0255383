/**
 * Row level security on the read models. Whoever reads says for which tenant, in the transaction of the read; who says
 * nothing sees nothing. `append_events` writes for many tenants at once, as the owner, and takes the tenant of each
 * item from its caller.
 */
export const DOCUMENT_ISOLATION = [
  'alter table document enable row level security, force row level security',
  `create policy document_of_tenant on document
    using (tenant_id = current_setting('app.tenant', true))
    with check (tenant_id = current_setting('app.tenant', true))`,
  `do $$ begin
    execute format('create policy document_of_owner on document to %I using (true) with check (true)', current_user);
  end $$`,
  // One round trip for the most frequent read. Runs as its caller: the policy holds in it.
  `create function read_document(for_tenant text, in_collection text, with_id text)
    returns table (id text, version bigint, body jsonb)
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    #variable_conflict use_column
    begin
      perform set_config('app.tenant', for_tenant, true);
      return query select d.id, d.version, d.body from document d
        where d.tenant_id = for_tenant and d.collection = in_collection and d.id = with_id;
    end $$`,
];
