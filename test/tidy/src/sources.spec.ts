import { describe, expect, it } from 'vitest';
import { isWritten, linesOf, repositoryFiles, show, type Line } from './repository.js';

const SELF = 'test/tidy/src/sources.spec.ts'; // Spells out what is forbidden.
const written = repositoryFiles().filter((path) => isWritten(path) && path !== SELF);
const code = written.filter((path) => /\.(ts|mjs|js|cjs|sql)$/.test(path));
const everything = [...linesOf(written), ...linesOf(repositoryFiles().filter((path) => path === '.ci/run'))];
const codeLines = linesOf(code);

const find = (lines: readonly Line[], pattern: RegExp) => lines.filter(({ text }) => pattern.test(text)).map(show);

describe('sources hold', () => {
  it('no unfinished markers', () => {
    const words = /\b(TODO|FIXME|XXX|HACK|WIP|TBD)\b|not (yet )?implemented|unimplemented|coming soon|lorem ipsum/;
    expect(find(everything, words)).toEqual([]);
  });

  it('no banners', () => {
    expect(find(codeLines, /^\s*(\/\/|\/\*|\*|--)\s*([-=*#~])\2{4,}/)).toEqual([]);
  });

  it('no path of one machine and no registry host', () => {
    expect(find(everything, /(?<![\w.$}])\/(work|root|home|Users)\/\w/)).toEqual([]);
    expect(find(everything, /registry\.npmjs|npmjs\.org|repo1?\.maven|proxy\.golang|pypi\.org|deb\.debian/)).toEqual(
      [],
    );
  });

  it('no test that is skipped or alone', () => {
    const specs = linesOf(code.filter((path) => /\.(spec|contract)\.ts$/.test(path)));
    expect(find(specs, /\b(it|test|describe)(\.\w+)*\.(only|skip|todo)\b/)).toEqual([]);
    expect(find(specs, /\b(xit|xdescribe|fit|fdescribe)\(/)).toEqual([]);
  });

  it('a reason beside every exception from a rule', () => {
    expect(find(codeLines, /eslint-disable(?!.* -- \S)/)).toEqual([]);
    expect(find(codeLines, /@ts-(ignore|nocheck|expect-error)(?!.{10})/)).toEqual([]);
  });

  it('names that say what is inside', () => {
    const vague = /(^|\/)([\w-]+\.)?(utils?|helpers?|common|misc|shared)(\/|\.\w+$)/;
    expect(code.filter((path) => vague.test(path))).toEqual([]);
  });

  it('kebab-case file names', () => {
    const named = code.filter((path) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(path));
    expect(named).toEqual([]);
  });

  it('an end of line at the end of each file and no stray white space', () => {
    expect(find(everything, /[ \t\r]+$/)).toEqual([]);
    const open = written.filter((path) => linesOf([path]).at(-1)?.text !== '');
    expect(open).toEqual([]);
  });
});
