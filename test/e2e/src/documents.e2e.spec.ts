import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startStandaloneProcess } from '@caisson/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTemporaryDirectory } from './temporary-directory.js';

// The commands of the how-to pages, as they stand there, against a real Caisson. Only the first block, which says where
// it is, is replaced.

const ROOT = join(import.meta.dirname, '../../..');
const HOW_TO = join(ROOT, 'docs/how-to');
const SHELL_MS_MAX = 60_000;

const run = promisify(execFile);
const shell = async (script: string, environment: Record<string, string> = {}): Promise<string> => {
  const options = { timeout: SHELL_MS_MAX, cwd: directory.path, env: { ...process.env, ...environment } };
  return (await run('bash', ['-euo', 'pipefail', '-c', script], options)).stdout;
};

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let caisson: Awaited<ReturnType<typeof startStandaloneProcess>>;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  await symlink(join(ROOT, 'node_modules'), join(directory.path, 'node_modules')); // Where npx finds our programs.
  caisson = await startStandaloneProcess({ dataDirectory: join(directory.path, 'data'), durable: false });
});

afterAll(async () => {
  await caisson.stop();
  await directory.remove();
});

it('the commands of the how-to pages work as they are written', async () => {
  const [where = '', ...first] = blocksOf('run-it-locally.md');
  const push = blocksOf('bind-a-repository.md');
  const history = blocksOf('read-a-history.md');
  expect(where).toMatch(/^CAISSON=\S+\nBOOTSTRAP_TOKEN=/);

  const kept = ['DEPLOYMENT', 'RUN', 'TOKEN'];
  const names = JSON.stringify(kept);
  const hand = `node -p 'JSON.stringify(Object.fromEntries(${names}.map((name) => [name, process.env[name]])))'`;
  const begun = await shell([here(), ...first, `export ${kept.join(' ')}`, `echo; ${hand}`].join('\n'));
  const variables = JSON.parse(begun.trim().split('\n').at(-1) ?? '') as Record<string, string>;
  expect(begun).toContain('"url":"http://127.0.0.1:');

  const functions = first[0]?.split('\n').filter((line) => /^(member|get|post)\(\)/.test(line)) ?? [];
  const pushed = await shell([here(), ...functions, ...push].join('\n'), variables);
  expect(pushed).toContain('"outcome":"accepted"');
  expect(pushed).toContain('"correlationId":"push-by-hand"');

  const told = await shell([here(), ...functions, ...history].join('\n'), variables);
  expect(told).toMatch(/ {2}caisson\.deployment\.deployment-created\.v1\n/);
  expect(told).toMatch(/task-succeeded\.v1 by service:executor\n[\s\S]*run-started\.v1 by [0-9a-f-]{36}\n/);

  const [careful = ''] = blocksOf('wait-in-a-run.md', 'yaml');
  await writeFile(join(directory.path, 'careful-shop.yaml'), careful);
  const waited = await shell([here(), ...functions, ...blocksOf('wait-in-a-run.md')].join('\n'), variables);
  expect(waited).toMatch(/\/tested {2}succeeded {2}\n[\s\S]*\/at-night {2}running {2}the time /);
});

it('the program of the page on TypeScript works as it is written', async () => {
  const [program = ''] = blocksOf('call-the-api-from-typescript.md', 'ts');
  const env = { ...process.env, CAISSON_URL: caisson.url, CAISSON_PASSWORD: 'a long pass phrase' };
  const args = ['--input-type=module', '--eval', program];
  const { stderr, stdout } = await run(process.execPath, args, { cwd: ROOT, env, timeout: SHELL_MS_MAX });
  expect([stdout, stderr]).toEqual(['create completed\n', '']);
});

function here(): string {
  return `CAISSON='${caisson.url}'\nBOOTSTRAP_TOKEN='${caisson.bootstrapToken}'`;
}

/** The blocks of a page in one language, also those inside of lists. */
function blocksOf(page: string, language = 'sh'): readonly string[] {
  const text = readFileSync(join(HOW_TO, page), 'utf8');
  const blocks = text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^\\1\`\`\`$`, 'gm'));
  return [...blocks].map(([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}
