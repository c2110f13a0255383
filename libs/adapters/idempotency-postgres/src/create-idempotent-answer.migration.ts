import { sqlMigration } from '@caisson/event-store-postgres';

/**
 * Makes the table `idempotent_answer`: what was answered under an idempotency key, by tenant and caller.
 *
 * The commits of its functions need not be on disk: a command is recorded under a name that follows from its key, so
 * what a crash loses here is found there. The owner's name `*` sees what is too old to be kept, of all tenants.
 */
export const CreateIdempotentAnswer = sqlMigration('CreateIdempotentAnswer1764000000600', [
  `create table idempotent_answer (
    tenant_id text collate "C" not null,
    caller text collate "C" not null,
    key text collate "C" not null,
    fingerprint text collate "C" not null,
    claim uuid,
    held_until timestamptz not null,
    kept_until timestamptz not null,
    answer json,
    primary key (tenant_id, caller, key)
  )`,
  'create index idempotent_answer_age on idempotent_answer (kept_until)',
  'alter table idempotent_answer enable row level security, force row level security',
  `create policy idempotent_answer_of_tenant on idempotent_answer
    using (tenant_id = current_setting('app.tenant', true)
      or (current_setting('app.tenant', true) = '*' and kept_until < now()))
    with check (tenant_id = current_setting('app.tenant', true))`,
  `create function claim_idempotent_answer(
    for_tenant text, for_caller text, for_key text, given_fingerprint text, new_claim uuid,
    held_ms double precision, kept_ms double precision, out state text, out answer_text text)
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
  declare
    found_row idempotent_answer;
  begin
    perform set_config('app.tenant', for_tenant, true), set_config('synchronous_commit', 'off', true);
    insert into idempotent_answer as a (tenant_id, caller, key, fingerprint, claim, held_until, kept_until)
      values (for_tenant, for_caller, for_key, given_fingerprint, new_claim,
        clock_timestamp() + held_ms * interval '1 millisecond', clock_timestamp() + kept_ms * interval '1 millisecond')
      on conflict (tenant_id, caller, key) do update
        set fingerprint = excluded.fingerprint, claim = excluded.claim, held_until = excluded.held_until,
          kept_until = excluded.kept_until, answer = null
        where a.kept_until <= clock_timestamp()
          or (a.claim is not null and a.held_until <= clock_timestamp() and a.fingerprint = excluded.fingerprint);
    if found then
      state := 'claimed';
      return;
    end if;
    select * into found_row from idempotent_answer a
      where a.tenant_id = for_tenant and a.caller = for_caller and a.key = for_key;
    answer_text := found_row.answer::text;
    state := case when found_row.fingerprint <> given_fingerprint then 'other-request'
      when found_row.key is null or found_row.claim is not null then 'in-use'
      when answer_text is null then 'not-kept' else 'answered' end;
  end $$`,
  `create function end_idempotent_claim(
    for_tenant text, for_caller text, for_key text, ended_claim uuid, is_answered boolean, given_answer json)
  returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform set_config('app.tenant', for_tenant, true), set_config('synchronous_commit', 'off', true);
    if is_answered then
      update idempotent_answer a set claim = null, answer = given_answer
        where a.tenant_id = for_tenant and a.caller = for_caller and a.key = for_key and a.claim = ended_claim;
    else
      delete from idempotent_answer a
        where a.tenant_id = for_tenant and a.caller = for_caller and a.key = for_key and a.claim = ended_claim;
    end if;
  end $$`,
]);
