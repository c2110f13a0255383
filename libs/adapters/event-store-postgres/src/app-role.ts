import type pgModule from 'pg';
import { Fault } from '@caisson/kernel';

/** The role that services connect as: it may not write events but through `append_events`. */
export interface AppRole {
  /** Lower-case identifier; default `caisson_app`. */
  readonly name?: string;
  readonly password: string;
}

const NAME_DEFAULT = 'caisson_app';
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** Tables that the application reads; only the functions below, or a migration, write them. */
const READ_ONLY = ['migration', 'event', 'stream', 'outbox', 'outgoing', 'event_seq', 'sequencer', 'quota', 'holding'];
const FUNCTIONS = [
  'append_events(json, json, json, json, boolean)',
  'sequence_events(int)',
  'forget_outgoing(bigint[])',
  'next_outgoing(int, int, boolean)',
  'hand_over(bigint[])',
  'acquire_lease(text, text, text, double precision, text[], text)',
  'lock_positions(text, json)',
];

/** Roles belong to the server, not to the database: another migration may be making the same one right now. */
const RACES_MAX = 10;
const RACE_STATES = new Set(['42710', '23505', 'XX000', '40001']); // Exists, key exists, "tuple concurrently updated".

/**
 * Makes the role when it is not there, and gives it what it may do on the tables of this database. Idempotent.
 *
 * @param client - the owner's connection.
 */
export async function grantAppRole(client: pgModule.Client, role: AppRole): Promise<void> {
  const name = role.name ?? NAME_DEFAULT;
  if (!NAME.test(name)) {
    throw new Fault('role-name-invalid', `${name} is not a role name. Use lower-case letters, digits and _.`, {
      retryable: false,
    });
  }
  await raceSafely(client, () => makeRole(client, name, role.password));
  await raceSafely(client, async () => {
    await client.query(grants(name));
  });
}

async function makeRole(client: pgModule.Client, name: string, password: string): Promise<void> {
  const known = await client.query('select from pg_roles where rolname = $1', [name]);
  const verb = known.rowCount === 0 ? 'create' : 'alter';
  const statement = await client.query<{ text: string }>(
    `select format('${verb} role %I login password %L', $1::text, $2::text) as text`,
    [name, password],
  );
  await client.query(statement.rows[0]?.text ?? '');
}

function grants(name: string): string {
  return [
    'begin',
    'revoke create on schema public from public',
    `grant usage on schema public to ${name}`,
    `grant select, insert, update, delete on all tables in schema public to ${name}`,
    `grant usage, select on all sequences in schema public to ${name}`,
    `revoke insert, update, delete, truncate on ${READ_ONLY.join(', ')} from ${name}`,
    ...FUNCTIONS.flatMap((signature) => [
      `revoke execute on function ${signature} from public`,
      `grant execute on function ${signature} to ${name}`,
    ]),
    'commit',
  ].join(';\n');
}

async function raceSafely(client: pgModule.Client, run: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run();
      return;
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
      if (!RACE_STATES.has(code) || attempt === RACES_MAX) throw error;
      await client.query('rollback');
    }
  }
}
