import type { EngineRegistry } from '@caisson/engine';
import type { Clock } from '@caisson/kernel';
import type { Pool } from 'pg';
import { PostgresInstalledEngines, type EngineVersions } from './postgres-installed-engines.js';

/** How long after a failure it is tried again. */
const AGAIN_MS = 10_000;

/** What announcing works with. */
export interface AnnounceParts {
  readonly service: string;
  readonly registry: EngineRegistry;
  readonly database: Pool;
  readonly clock: Clock;
  /** Hears why it could not be said yet. */
  readonly log: { warn(detail: object, message: string): void };
}

/** A loop that says once, when a process starts, which engines it has; again only until it was heard. */
export function announceEngines(parts: AnnounceParts): { start(): void; stop(): Promise<void> } {
  const { clock, database, log, registry, service } = parts;
  const installed = new PostgresInstalledEngines(database);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const tell = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await installed.announce(service, await versionsOf(registry));
        return;
      } catch (error) {
        log.warn({ error }, 'it could not be recorded which engines there are; trying again');
        await clock.sleep(AGAIN_MS, stopping.signal);
      }
    }
  };
  return {
    start: () => {
      running ??= tell();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** An engine that does not say its version now is left out: nothing is concluded from it. */
async function versionsOf(registry: EngineRegistry): Promise<EngineVersions> {
  const asked = [...registry].map(async ([name, engine]) => {
    const capabilities = await engine.capabilities().catch(() => undefined);
    return capabilities === undefined ? [] : [[name, capabilities.version] as const];
  });
  return new Map((await Promise.all(asked)).flat());
}
