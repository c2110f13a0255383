import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const TASK_MS = 50;
const CONNECTIONS = 8;

/** The table in which effects are counted. It is outside of what executors know. */
export const EFFECT_TABLE =
  'create table effect (id bigint generated always as identity primary key, run text, task text)';

/** A world of which every task takes a while and leaves one row. */
export class EffectWorld {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  }

  /** Takes its time, then has its effect. */
  async act(run: string, task: string): Promise<void> {
    await sleep(TASK_MS);
    await this.#pool.query({
      name: 'act',
      text: 'insert into effect (run, task) values ($1, $2)',
      values: [run, task],
    });
  }

  /** Whether it had its effect. */
  async isDone(run: string, task: string): Promise<boolean> {
    const text = 'select 1 from effect where run = $1 and task = $2';
    return (await this.#pool.query({ name: 'is-done', text, values: [run, task] })).rows.length > 0;
  }
}
