import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.js';
import { runStatesPage, taskStatesPage } from './state-tables.js';

// `npx vitest run --project tidy -u` writes the pages anew.

it('docs/reference/run-states.md shows the table that the code follows', async () => {
  await expect(runStatesPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/run-states.md'));
});

it('docs/reference/task-states.md shows the table that the code follows', async () => {
  await expect(taskStatesPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/task-states.md'));
});
