import { loadStreamFunction } from './load-stream-function.js';

/**
 * Whose a row is. Who has said a tenant in its transaction sees that tenant's rows only; who has not, and whose
 * connection was opened to work for all of them (`app.across`), sees all; everybody else sees nothing.
 */
const MAY_SEE = `case when coalesce(current_setting('app.tenant', true), '') <> ''
    then tenant_id = current_setting('app.tenant', true)
    else current_setting('app.across', true) = 'on' end`;

/** Statements: row level security on tables whose rows belong to tenants and are also worked on across them. */
export function isolate(tables: readonly string[]): readonly string[] {
  return tables.flatMap((table) => [
    `alter table ${table} enable row level security, force row level security`,
    `create policy ${table}_of_tenant on ${table} using (${MAY_SEE}) with check (${MAY_SEE})`,
    `do $$ begin
      execute format('create policy ${table}_of_owner on ${table} to %I using (true) with check (true)', current_user);
    end $$`,
  ]);
}

/**
 * Row level security on events and what belongs to them. Relay, consumers, sweep and live reader work across tenants on
 * connections that say so; a stream is read by a function, which says its tenant first.
 * Keep in step with `connection.ts`, which opens connections.
 */
export const EVENT_ISOLATION = [...isolate(['event', 'stream', 'snapshot']), loadStreamFunction()];

/**
 * The same on what services work by. Workers, lease holders and consumers serve all tenants; whoever says one sees that
 * one's work only.
 */
export const WORK_ISOLATION = isolate(['job', 'lease', 'consumer_position']);
