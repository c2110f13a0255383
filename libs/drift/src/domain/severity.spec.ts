import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DRIFT_TYPES, SEVERITIES } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { SEVERITY_TABLE, severityOf, worstOf } from './severity.js';

it('has a row for every type', () => {
  expect(Object.keys(SEVERITY_TABLE.rows).sort()).toEqual([...DRIFT_TYPES].sort());
});

it('orders severities from low to critical', () => {
  expect(worstOf([])).toBeUndefined();
  expect(worstOf(['low'])).toBe('low');
  expect(worstOf(['medium', 'critical', 'high', 'low'])).toBe('critical');
  expect(SEVERITIES.map((severity) => worstOf([severity, 'low']))).toEqual([...SEVERITIES]);
});

it('is the table of the reference', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/reference/drift-severity.md'), 'utf8');
  expect(page).toContain(`version ${SEVERITY_TABLE.version}`);
  for (const type of DRIFT_TYPES) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\``));
    expect(
      row
        ?.split('|')
        .map((cell) => cell.trim())
        .slice(2, 4),
    ).toEqual([severityOf(type), SEVERITY_TABLE.rows[type].why]);
  }
});
