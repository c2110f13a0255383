import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiDocumentText, clientTypesText, lintApiDocument } from './api-document.js';
import { breakingChanges } from './breaking-changes.js';
import { read, ROOT } from './repository.js';

// `npx vitest run --project tidy -u` writes the files anew.

describe('docs/reference/openapi.json', () => {
  const text = apiDocumentText();

  it('is what the code describes', async () => {
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/reference/openapi.json'));
  });

  it('has nothing that the linter minds', async () => {
    expect(await lintApiDocument(text)).toEqual([]);
    const [nameless] = await lintApiDocument(text.replace(/"operationId": "[^"]+",/, ''));
    expect(nameless).toMatch(/^operation-operationId /); // The linter looks.
  });

  it('breaks no client of docs/reference/openapi.released.json', () => {
    const released = JSON.parse(read('docs/reference/openapi.released.json')) as Record<string, unknown>;
    const broken = breakingChanges(released, JSON.parse(text) as Record<string, unknown>);
    const advice =
      'Clients of the last release break. Keep what they use and add the new beside it; ' +
      'docs/reference/api-compatibility.md says how, and what to do before a first release.';
    expect(broken, advice).toEqual([]);
  });

  it('has its types in libs/client/src/openapi-types.ts', async () => {
    await expect(await clientTypesText(text)).toMatchFileSnapshot(join(ROOT, 'libs/client/src/openapi-types.ts'));
  });
});
