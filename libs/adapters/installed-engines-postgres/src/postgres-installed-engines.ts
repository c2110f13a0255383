import { orFault } from '@caisson/event-store-postgres';
import type { Pool } from 'pg';

/** Versions of engines, by name. */
export type EngineVersions = ReadonlyMap<string, string>;

/** Keeps in the table `installed_engine` what each service can drive, for those who have no engines themselves. */
export class PostgresInstalledEngines {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Says what a service has now; what it had before and has no more is forgotten. @throws Fault, retryable. */
  async announce(service: string, engines: EngineVersions): Promise<void> {
    const [names, versions] = [[...engines.keys()], [...engines.values()]];
    await orFault('say which engines there are', () =>
      this.#pool.query(
        `with gone as (delete from installed_engine where service = $1 and engine <> all ($2::text[]))
         insert into installed_engine (service, engine, version)
         select $1, engine, version from unnest($2::text[], $3::text[]) as told (engine, version)
         on conflict (service, engine) do update set version = excluded.version, announced_at = now()`,
        [service, names, versions],
      ),
    );
  }

  /** What a service has; none when it never said. @throws Fault, retryable. */
  async of(service: string): Promise<EngineVersions> {
    const found = await orFault('read which engines there are', () =>
      this.#pool.query<{ engine: string; version: string }>(
        'select engine, version from installed_engine where service = $1 order by engine',
        [service],
      ),
    );
    return new Map(found.rows.map(({ engine, version }) => [engine, version]));
  }
}
