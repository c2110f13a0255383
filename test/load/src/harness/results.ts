import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchmarksPage, type GoalResult } from './page.js';

const REFERENCE = resolve(dirname(fileURLToPath(import.meta.url)), '../../../../docs/reference');

/** Where the last result of each goal is kept, and the page that is written from it. Both are checked in. */
export const KEPT = { results: join(REFERENCE, 'benchmarks.json'), page: join(REFERENCE, 'benchmarks.md') } as const;

/** Puts a result among those of earlier runs and writes the page anew. `order` are the ids of all goals there are. */
export async function keepResult(order: readonly string[], result: GoalResult): Promise<void> {
  const kept = mergeResult(order, await readResults(), result);
  await writeFile(KEPT.results, `${JSON.stringify(kept, undefined, 1)}\n`);
  await writeFile(KEPT.page, benchmarksPage(kept));
}

/** What is known of each goal after a run of one: a goal that could not be run keeps what was measured before. */
export function mergeResult(
  order: readonly string[],
  earlier: readonly GoalResult[],
  result: GoalResult,
): readonly GoalResult[] {
  const before = earlier.find(({ id }) => id === result.id);
  const latest = result.protocol === undefined && before?.protocol !== undefined ? before : result;
  const byId = new Map([...earlier, latest].map((known) => [known.id, known]));
  return order.flatMap((id) => byId.get(id) ?? []);
}

/** The results that are kept. */
export async function readResults(): Promise<readonly GoalResult[]> {
  return JSON.parse(await readFile(KEPT.results, 'utf8')) as readonly GoalResult[];
}
