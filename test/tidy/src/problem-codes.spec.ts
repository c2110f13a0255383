import { API_PROBLEMS, EDGE_PROBLEMS, WEBHOOK_PROBLEMS } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './repository.js';

const LIST = 'libs/contracts/src/rest/problem-types.ts';
const GENERATED = 'libs/client/src/openapi-types.ts';
const codes = Object.keys({ ...EDGE_PROBLEMS, ...API_PROBLEMS, ...WEBHOOK_PROBLEMS });
const sources = repositoryFiles().filter((path) => /^(apps|libs|test)\/.*\.m?ts$/.test(path));
const tests = sources.filter(
  (path) => /\.spec\.ts$|\.contract\.ts$|^test\//.test(path) && !path.startsWith('test/tidy/'),
);
const product = sources.filter(
  (path) => !tests.includes(path) && !/\.harness\.ts$/.test(path) && path !== LIST && path !== GENERATED,
);

/** Codes that none of the files has as a text of its own. */
function absentIn(paths: readonly string[]): readonly string[] {
  const text = paths.map((path) => read(path)).join('\n');
  return codes.filter((code) => !text.includes(`'${code}'`));
}

describe('a problem code', () => {
  it('is one that the product can answer; else it goes from the list', () => {
    expect(codes.length).toBeGreaterThan(80);
    expect(absentIn(product)).toEqual([]);
  });

  it('is met by a test, which shows how one comes to it', () => {
    expect(absentIn(tests)).toEqual([]);
  });
});
