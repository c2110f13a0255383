import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { CommonSettings, readSettings, type Environment } from '@caisson/service';

/** Where the database is; the owner of its tables is needed to publish events again. */
export const AdminSettings = CommonSettings.pick({ databaseUrl: true, databaseOwnerUrl: true });

/** What commands are run with. */
export interface Surroundings {
  readonly environment: Environment;
  /** Writes one line for the person. */
  print(line: string): void;
}

/** Where messages about what went wrong go. */
export interface Terminal extends Surroundings {
  /** Writes one line about a failure, or about what an answer leaves out. */
  complain(line: string): void;
}

/** Few: one person waits for one answer. */
const CONNECTIONS_MAX = 2;

/**
 * Opens the store, works, and closes it again.
 *
 * @throws Fault `settings-invalid` when the environment does not say where the database is, `store-unavailable` while
 *   it is away.
 */
export async function withStore<Result>(
  { environment }: Surroundings,
  work: (store: OpenedEventStore) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl } = readSettings(AdminSettings, environment);
  const store = await openEventStore({ url: databaseUrl, poolMax: CONNECTIONS_MAX, applicationName: 'caisson-admin' });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
