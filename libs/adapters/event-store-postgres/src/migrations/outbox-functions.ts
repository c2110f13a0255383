import { PLAN_BY_KEY } from './append-function.js';

/**
 * Numbers what was committed and has no number yet, oldest first, and lets go of private events. Answers how many were
 * numbered. The row of `sequencer` is locked first, so two callers take turns, and each statement sees what was
 * committed before it began; ids of one stream rise with its versions, because they are drawn under the stream's lock.
 */
const SEQUENCE_FUNCTION = `
create function sequence_events(rows_max int) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY} as $$
declare
  last_number bigint;
  numbered_count int;
begin
  if not exists (select from outbox) then
    return 0;
  end if;
  select last_global_seq into last_number from sequencer for update;
  with taken as (
    delete from outbox where id = any (array(select id from outbox order by id limit rows_max))
      returning id, event_id, context),
  numbered as (
    select last_number + row_number() over (order by id) as global_seq, event_id, context from taken),
  recorded as (
    insert into event_seq (global_seq, event_id, context, sequenced_at)
      select global_seq, event_id, context, clock_timestamp() from numbered order by global_seq),
  sending as (
    insert into outgoing (global_seq, event_id)
      select global_seq, event_id from numbered where context is not null order by global_seq)
  select count(*) into numbered_count from numbered;
  update sequencer set last_global_seq = last_number + numbered_count;
  return numbered_count;
end $$`;

/** Forgets numbered events that were sent, by number: never a range, for a number is given once and for ever. */
const FORGET_FUNCTION = `
create function forget_outgoing(numbers bigint[]) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  delete from outgoing where global_seq = any (numbers)
$$`;

/** What relays call that know of no \`handed_seq\`. */
export const OUTBOX_FUNCTIONS = [SEQUENCE_FUNCTION, FORGET_FUNCTION];

/**
 * Numbers what has none yet, as `sequence_events` does, and answers in the same statement what is to be sent next: what
 * is to be sent once more, then what has a number above `handed_seq`. The first row tells how many were numbered. With
 * nothing new it answers nothing, unless it is asked to look.
 *
 * A number that was seen may never be given again, so this waits for the disk, whatever its caller says.
 */
const NEXT_FUNCTION = `
create function next_outgoing(rows_max int, entries_max int, looks boolean)
returns table (numbered int, global_seq bigint, event_id uuid, tenant_id text, stream_id text, version bigint,
  public_type text, service text, occurred_at text, correlation_id text, causation_id text, actor text,
  traceparent text, data_text text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY} as $$
#variable_conflict use_column
declare
  reached bigint;
  handed bigint;
  new_count int := 0;
begin
  if exists (select from outbox) then
    perform set_config('synchronous_commit', 'on', true);
    select s.last_global_seq, s.handed_seq into reached, handed from sequencer s for update;
    with taken as (
      delete from outbox where id = any (array(select id from outbox order by id limit rows_max))
        returning id, event_id, context),
    recorded as (
      insert into event_seq (global_seq, event_id, context, sequenced_at)
        select reached + row_number() over (order by id), event_id, context, clock_timestamp() from taken
        returning 1)
    select count(*) into new_count from recorded;
    reached := reached + new_count;
    update sequencer set last_global_seq = reached;
  elsif looks then
    select s.last_global_seq, s.handed_seq into reached, handed from sequencer s;
  else
    return;
  end if;
  numbered := new_count;
  return next;
  if entries_max = 0 then
    return;
  end if;
  return query
    select null::int, o.global_seq, e.event_id, e.tenant_id, e.stream_id, e.version, e.public_type, e.service,
        e.occurred_at, e.correlation_id, e.causation_id, e.actor, e.traceparent,
        coalesce(e.public_data, e.data)::text
      from (
        (select a.global_seq, a.event_id from outgoing a order by a.global_seq limit entries_max)
        union all
        (select q.global_seq, q.event_id from event_seq q
          where q.global_seq > handed and q.context is not null order by q.global_seq limit entries_max)
        order by global_seq limit entries_max) as o
        join event e on e.event_id = o.event_id
      order by o.global_seq;
  if not found then
    update sequencer set handed_seq = reached where handed_seq < reached; -- Private events go nowhere.
  end if;
end $$`;

/**
 * These were sent, and everything with a lower number before them. A range, unlike in `outbox`: numbers are given under
 * a lock that is held until the commit, so none appears below one that was seen.
 */
const HAND_OVER_FUNCTION = `
create function hand_over(numbers bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY} as $$
begin
  if exists (select from outgoing) then
    delete from outgoing where global_seq = any (numbers);
  end if;
  update sequencer set handed_seq = numbers[cardinality(numbers)] where handed_seq < numbers[cardinality(numbers)];
end $$`;

/** For relays of before: what is numbered goes by `outgoing`, which is all that they read. */
const SEQUENCE_FOR_OLD_RELAYS = `
create or replace function sequence_events(rows_max int) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY} as $$
declare
  last_number bigint;
  handed bigint;
  new_count int;
begin
  select last_global_seq, handed_seq into last_number, handed from sequencer for update;
  with taken as (
    delete from outbox where id = any (array(select id from outbox order by id limit rows_max))
      returning id, event_id, context)
  insert into event_seq (global_seq, event_id, context, sequenced_at)
    select last_number + row_number() over (order by id), event_id, context, clock_timestamp() from taken;
  get diagnostics new_count = row_count;
  insert into outgoing (global_seq, event_id)
    select global_seq, event_id from event_seq where global_seq > handed and context is not null order by global_seq
    on conflict do nothing;
  update sequencer set last_global_seq = last_number + new_count, handed_seq = last_number + new_count;
  return new_count;
end $$`;

/**
 * What was numbered goes out by its number, without a row of its own in between: up to `handed_seq` all was sent, or
 * stands in `outgoing`, which is left for what is sent once more.
 * Keep in step with `postgres-outbox.ts`, which calls the functions.
 */
export const SENDING_BY_NUMBER = [
  'alter table sequencer add column handed_seq bigint not null default 0',
  'update sequencer set handed_seq = last_global_seq',
  NEXT_FUNCTION,
  HAND_OVER_FUNCTION,
  SEQUENCE_FOR_OLD_RELAYS,
];
