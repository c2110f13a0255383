import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { read, repositoryFiles, ROOT } from './repository.js';

// The canary: code that breaks the rules, linted by the repository's own configuration as if it stood in the folder
// that its first line names. Each line says which rules must refuse it. A rule that was switched off, or a glob that
// no longer matches, makes this fail.

const FIXTURES = 'test/tidy/fixtures/layers';
const WATCHED = [
  '@nx/enforce-module-boundaries',
  'no-restricted-imports',
  'no-restricted-globals',
  'no-restricted-properties',
  'no-restricted-syntax',
  'no-console',
  'jsdoc/require-jsdoc',
  'complexity',
  'max-depth',
  '@typescript-eslint/no-explicit-any',
  '@typescript-eslint/no-floating-promises',
  '@typescript-eslint/no-non-null-assertion',
];

const eslint = new ESLint({ cwd: ROOT });

beforeAll(async () => {
  await createProjectGraphAsync(); // Without it the boundary rule has no graph and keeps silent.
});

describe('the rules refuse', () => {
  for (const fixture of readdirSync(join(ROOT, FIXTURES)).sort()) {
    it(`what ${fixture} does`, async () => {
      const text = read(`${FIXTURES}/${fixture}`);
      expect(await refusalsOf(text, standIn(folderOf(text)))).toEqual(expectedRefusals(text));
    });
  }

  it('a file over its limits', async () => {
    const long = Array.from({ length: 401 }, (_, index) => `  work(${index});`);
    const text = ['/** Works. */', 'export function work(step: number): void {', ...long, '  void step;', '}', ''].join(
      '\n',
    );
    const messages = await lint(text, standIn('libs/adapters/tool-process/src/'));
    expect(messages.map((message) => message.ruleId)).toEqual(
      expect.arrayContaining(['max-lines', 'max-lines-per-function']),
    );
  });
});

function folderOf(text: string): string {
  const folder = /^\/\/ linted as (\S+)$/m.exec(text)?.[1];
  if (folder === undefined) throw new Error('the first line of a fixture says: // linted as <folder>');
  return folder;
}

/** A source file of the folder: the type-aware rules accept only files that a tsconfig names. */
function standIn(folder: string): string {
  const found = repositoryFiles().find(
    (path) => path.startsWith(folder) && path.endsWith('.ts') && !path.endsWith('.spec.ts'),
  );
  if (found === undefined) throw new Error(`no source file in ${folder}: correct the fixture's first line`);
  return found;
}

async function lint(text: string, path: string): Promise<readonly { ruleId: string | null; line: number }[]> {
  const [result] = await eslint.lintText(text, { filePath: join(ROOT, path) });
  return result?.messages ?? [];
}

async function refusalsOf(text: string, path: string): Promise<readonly string[]> {
  const messages = await lint(text, path);
  const refusals = messages
    .filter((message) => WATCHED.includes(message.ruleId ?? 'syntax error'))
    .map((message) => `${message.line}: ${message.ruleId ?? ''}`);
  return [...new Set(refusals)].sort();
}

function expectedRefusals(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => /\/\/ refused: (.+)$/.exec(line)?.[1]?.split(', ') ?? []);
  return lines.flatMap((rules, index) => rules.map((rule) => `${index + 1}: ${rule}`)).sort();
}
