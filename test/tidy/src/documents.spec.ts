import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles, ROOT } from './repository.js';

const documents = repositoryFiles().filter((path) => path.endsWith('.md'));
const FOLDERS = /^(apps|libs|deploy|docs|test|examples|\.ci)\//;

/** An address of the API, with the method where one is right before it. */
const ADDRESS = /(?:\b(?<method>GET|POST|PUT|PATCH|DELETE) (?:"?\$\w+)?)?(?<address>\/api\/v1\/[\w/{}$%.~-]*\w\}?)/g;

interface Named {
  readonly method?: string;
  readonly address: string;
}

const OPERATIONS = (
  JSON.parse(read('docs/reference/openapi.json')) as { readonly paths: Readonly<Record<string, object>> }
).paths;

describe.each(documents)('%s', (path) => {
  const prose = withoutCode(read(path));

  it('has one title, on its first line', () => {
    expect(prose.split('\n').filter((line) => /^# /.test(line))).toHaveLength(1);
    expect(prose).toMatch(/^# \S/);
  });

  it('links to what exists', () => {
    expect(linksOf(prose).filter((link) => !leadsSomewhere(path, link))).toEqual([]);
  });

  it('names files that exist', () => {
    const named = [...prose.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '');
    const paths = named.filter((name) => FOLDERS.test(name) && !/[*{<…]/.test(name));
    expect(paths.filter((name) => !existsSync(join(ROOT, withoutLine(name))))).toEqual([]);
  });
});

describe('the documents', () => {
  it('name operations that the API has', () => {
    const wrong = documents.flatMap((path) =>
      [...read(path).matchAll(ADDRESS)]
        .filter(({ groups }) => groups?.['address'] !== '/api/v1/openapi.json') // The document does not name itself.
        .filter((found) => !isServed(found.groups as unknown as Named))
        .map(([text]) => `${path}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have each relative link from the README on reachable', () => {
    const reached = new Set<string>();
    const open = ['README.md'];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      const from = dirname(path);
      for (const link of linksOf(withoutCode(read(path)))) {
        const target = normalize(join(from, link.split('#')[0] ?? ''));
        const page =
          existsSync(join(ROOT, target)) && statSync(join(ROOT, target)).isDirectory() ? pagesIn(target) : [target];
        open.push(...page.filter((name) => documents.includes(name)));
      }
    }
    const lost = documents.filter((path) => path.startsWith('docs/') && !reached.has(path));
    expect(lost, 'no link leads to these').toEqual([]);
  });
});

describe('the decisions', () => {
  it('are numbered without gaps, say so in their titles, and have the four parts', () => {
    const pages = documents.filter((path) => path.startsWith('docs/decisions/'));
    const numbers = pages.map((path) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers).toEqual(pages.map((_, index) => index + 1));
    const parts =
      /^# (\d+)\. .*\n\nStatus: (?:proposed|accepted|superseded)[^]*\n## Context\n[^]*\n## Decision\n[^]*\n## Con/;
    expect(pages.filter((path, index) => Number(parts.exec(read(path))?.[1]) !== index + 1)).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  it('lists words that the code uses, each once', () => {
    const code = repositoryFiles().filter((path) => /^(apps|libs)\/.*\.ts$/.test(path));
    const text = code.map(read).join('\n');
    const cells = [...read('docs/glossary.md').matchAll(/^\| ([A-Z][^|]*?) +\|/gm)].map((match) => match[1] ?? '');
    const words = cells.filter((cell) => cell !== 'Word').flatMap((cell) => cell.split(', '));
    expect(words.filter((word) => !new RegExp(word.replaceAll(/[ -]/g, '[ _-]?'), 'i').test(text))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  });
});

/** Whether an operation has the address; what the document calls a parameter may be any value there. */
function isServed({ address, method }: Named): boolean {
  const named = address.split('/');
  return Object.entries(OPERATIONS).some(([path, operations]) => {
    const parts = path.split('/');
    const fits = parts.length === named.length && parts.every((part, at) => part === named[at] || part.startsWith('{'));
    return fits && (method === undefined || method.toLowerCase() in operations);
  });
}

function pagesIn(folder: string): readonly string[] {
  const clean = folder.replace(/\/$/, '');
  return documents.filter((path) => dirname(path) === clean);
}

/** Markdown without fenced blocks: what is in them is not prose. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1\s*$/gm, '');
}

function linksOf(prose: string): readonly string[] {
  const links = [...prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links.filter((link) => !/^(https?|mailto):/.test(link));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** The anchors that forges give to headings: lower case, punctuation dropped, spaces as hyphens. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = withoutCode(markdown).matchAll(/^#+ (.+)$/gm);
  return [...headings].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function withoutLine(name: string): string {
  return name.replace(/:\d+$/, '').replace(/#.*$/, '');
}
