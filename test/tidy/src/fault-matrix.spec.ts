import { BLOWS, faultMatrixPage, KEPT, MATRIX, readKeptRun } from '@caisson/fault-tests';
import { expect, it } from 'vitest';
import { read } from './repository.js';

const ROWS = 62;

it('docs/reference/fault-matrix.md is made from the matrix and the run that is kept', async () => {
  await expect(faultMatrixPage(await readKeptRun())).toMatchFileSnapshot(KEPT.page);
});

it('the fault matrix has every number once, and each of them a schedule, a test or a reason', () => {
  expect(MATRIX.map(({ row }) => row)).toEqual(Array.from({ length: ROWS }, (_, index) => `F${index + 1}`));
  const inSchedules = new Set(BLOWS.flatMap(({ rows }) => rows));
  const missing = MATRIX.filter(
    ({ open, row, tests = [] }) => open === undefined && tests.length === 0 && !inSchedules.has(row),
  );
  expect(missing.map(({ row }) => row)).toEqual([]);
});

it('the fault matrix names tests that there are', () => {
  const gone = MATRIX.flatMap(({ row, tests = [] }) =>
    tests.filter(({ file, test }) => !read(file).includes(test)).map(({ test }) => `${row}: ${test}`),
  );
  expect(gone).toEqual([]);
});
