import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTerraform } from './find-terraform.js';

let folder: string;
let searchPath: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caisson-find-'));
  for (const [place, name, mode] of [
    ['first', 'tofu', 0o755],
    ['second', 'terraform', 0o755],
    ['unusable', 'terraform', 0o644],
  ] as const) {
    mkdirSync(join(folder, place));
    writeFileSync(join(folder, place, name), '');
    chmodSync(join(folder, place, name), mode);
  }
  searchPath = ['unusable', 'first', 'second', 'missing'].map((place) => join(folder, place)).join(delimiter);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('prefers terraform, takes tofu, and finds nothing where there is nothing', async () => {
  expect(await findTerraform(searchPath)).toBe(join(folder, 'second', 'terraform'));
  expect(await findTerraform(join(folder, 'first'))).toBe(join(folder, 'first', 'tofu'));
  expect(await findTerraform(join(folder, 'missing'))).toBeUndefined();
  expect(await findTerraform('')).toBeUndefined();
});

it('takes the wanted one, by name or path, or none', async () => {
  expect(await findTerraform(searchPath, 'tofu')).toBe(join(folder, 'first', 'tofu'));
  expect(await findTerraform('', join(folder, 'first', 'tofu'))).toBe(join(folder, 'first', 'tofu'));
  expect(await findTerraform(searchPath, 'absent')).toBeUndefined();
  expect(await findTerraform(searchPath, '../second/terraform')).toBeUndefined();
});
