import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { faultMatrixPage } from './matrix-page.js';
import type { KeptRun } from './run-summary.js';

const REFERENCE = new URL('../../../docs/reference/', import.meta.url);

/** The last run that was kept, and the page that is written from it. Both are checked in. */
export const KEPT = {
  run: fileURLToPath(new URL('fault-run.json', REFERENCE)),
  page: fileURLToPath(new URL('fault-matrix.md', REFERENCE)),
} as const;

/** Keeps a run and writes the page anew. */
export async function keepRun(run: KeptRun): Promise<void> {
  await writeFile(KEPT.run, `${JSON.stringify(run, undefined, 2)}\n`);
  await writeFile(KEPT.page, faultMatrixPage(run));
}

/** The run that was kept last. */
export async function readKeptRun(): Promise<KeptRun> {
  return JSON.parse(await readFile(KEPT.run, 'utf8')) as KeptRun;
}
