import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDesiredState } from './desired-state-file.js';

describe('a desired state in a file', () => {
  let directory: string;
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'caisson-desired-'));
    mkdirSync(join(directory, 'module/.terraform'), { recursive: true });
    write('module/main.tf', 'output "x" { value = 1 }');
    write('module/terraform.tfstate', 'secret');
    write('module/.terraform/left', 'over');
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('uploads the folder that a resource names, without state and leftovers', async () => {
    const file = write(
      'ok.yaml',
      'name: shop\nresources:\n' +
        '  - {name: base, engine: terraform, type: module, properties: {source: {path: ./module}}}\n',
    );
    expect(await readDesiredState(file)).toEqual({
      name: 'shop',
      resources: [
        {
          name: 'base',
          engine: 'terraform',
          type: 'module',
          properties: { source: { files: { 'main.tf': 'output "x" { value = 1 }' } } },
        },
      ],
    });
  });

  it('refuses a folder outside the one of the file', async () => {
    const file = write('out.yaml', 'resources:\n  - {name: base, properties: {source: {path: ../..}}}\n');
    await expect(readDesiredState(file)).rejects.toThrow(/leaves the folder/);
  });

  it('names the file or the folder that cannot be read', async () => {
    await expect(readDesiredState(directory)).rejects.toThrow(`${directory} cannot be read: EISDIR`);
    const broken = write('broken.yaml', 'name: [unclosed');
    await expect(readDesiredState(broken)).rejects.toThrow(`${broken} is no YAML: `);
    const file = write('absent.yaml', 'resources:\n  - {name: base, properties: {source: {path: ./absent}}}\n');
    await expect(readDesiredState(file)).rejects.toThrow(`${join(directory, 'absent')} cannot be read: ENOENT`);
  });

  it('refuses what is no mapping', async () => {
    await expect(readDesiredState(write('list.yaml', '- a\n'))).rejects.toThrow(/must hold one mapping/);
  });
});
