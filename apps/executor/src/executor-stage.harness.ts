import { rm } from 'node:fs/promises';
import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll } from 'vitest';
import { newPlace, startWholeExecutor, type ExecutorPlace, type RunningExecutor } from './executor.harness.js';

/** A whole executor on a database and in a place of its own. */
export class ExecutorStage {
  place!: ExecutorPlace;
  /** The store, as everybody else sees it. */
  outside!: OpenedEventStore;
  #database!: TestDatabase;
  #executor!: RunningExecutor;

  async open(settings: Readonly<Record<string, string>>): Promise<void> {
    this.#database = await createTestDatabase();
    this.place = { ...(await newPlace()), settings };
    await this.startExecutor();
    this.outside = await openEventStore({ url: this.#database.url });
  }

  async startExecutor(): Promise<void> {
    this.#executor = await startWholeExecutor(this.#database.url, this.place);
  }

  async stopExecutor(): Promise<void> {
    await this.#executor.stop();
  }

  async close(): Promise<void> {
    await this.stopExecutor();
    await this.outside.close();
    await this.#database.drop();
    await rm(this.place.dataDir, { recursive: true, force: true });
  }
}

/** One executor for all tests of a file. `settings`: more variables of its environment. */
export function useExecutorStage(settings: Readonly<Record<string, string>> = {}): ExecutorStage {
  const stage = new ExecutorStage();
  beforeAll(() => stage.open(settings));
  afterAll(() => stage.close());
  return stage;
}
