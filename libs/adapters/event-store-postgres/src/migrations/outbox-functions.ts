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

/** Keep in step with \`postgres-outbox.ts\`, which calls them. */
export const OUTBOX_FUNCTIONS = [SEQUENCE_FUNCTION, FORGET_FUNCTION];
