import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startExecutor, type RunningExecutor } from './executor.harness.js';
import { createWorld, TableWorld } from './table-world.harness.js';

/** A database with the table world in it, and executors that are started on it. */
export class TableStage {
  #database: TestDatabase | undefined;
  #outside: OpenedEventStore | undefined;
  #running: RunningExecutor[] = [];

  /** The store as somebody beside the executors sees it. */
  get outside(): OpenedEventStore {
    if (this.#outside === undefined) throw new Error('the stage is not set up');
    return this.#outside;
  }

  get url(): string {
    return this.#database?.url ?? '';
  }

  async open(): Promise<void> {
    this.#database = await createTestDatabase();
    await (await startExecutor(this.url, new Map())).stop(); // Migrates.
    this.#outside = await openEventStore({ url: this.url });
    await createWorld(this.outside.pool);
  }

  /** One more executor. It is stopped after the test. */
  async start(
    world = new TableWorld(this.outside.pool),
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RunningExecutor> {
    const executor = await startExecutor(this.url, new Map([['sandbox', world]]), settings);
    this.#running.push(executor);
    return executor;
  }

  async stopExecutors(): Promise<void> {
    await Promise.all(this.#running.map((executor) => executor.stop()));
    this.#running = [];
  }

  async close(): Promise<void> {
    await this.#outside?.close();
    await this.#database?.drop();
  }
}

/** A stage for all tests of a file. */
export function useTableStage(): TableStage {
  const stage = new TableStage();
  beforeAll(() => stage.open());
  afterEach(() => stage.stopExecutors());
  afterAll(() => stage.close());
  return stage;
}
