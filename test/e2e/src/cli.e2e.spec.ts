import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandLine, type Ended } from './command-line.js';
import { ACCOUNT, EmbeddedCaisson } from './embedded-caisson.js';

const FILE = 'examples/shop-sandbox/caisson.yaml';
const CHANGED = 'examples/shop-sandbox/caisson.v2.yaml';
const COLOUR = '\u001B[';

let caisson: EmbeddedCaisson;
let cli: CommandLine;
let settings: string;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
  settings = join(caisson.folder, 'settings');
  cli = new CommandLine({ CAISSON_URL: caisson.process.url, XDG_CONFIG_HOME: settings });
});
afterAll(() => caisson.stop());

/** Runs a command that must end well, and gives what it printed. */
async function ok(words: string): Promise<string> {
  const { code, stderr, stdout } = await cli.caisson(words);
  expect(code, `caisson ${words}: ${stderr}${stdout}`).toBe(0);
  return stdout;
}

async function json<Body>(words: string): Promise<Body> {
  return JSON.parse(await ok(`${words} -o json`)) as Body;
}

/** The rows of a table, without its head. */
const rowsOf = (text: string): readonly string[] => text.trimEnd().split('\n').slice(1);

describe('a session', () => {
  it('is needed', async () => {
    const { code, stderr } = await cli.caisson('deployments');
    expect([code, stderr]).toEqual([1, expect.stringContaining('caisson login --url')]);
  });

  it('takes no secret as an argument', async () => {
    const { code, stderr } = await cli.caisson(`login --username admin --password ${ACCOUNT.password}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("unknown option '--password'")]);
  });

  it('says how to give a password when a script gave none, and asks the API nothing', async () => {
    const { code, stderr } = await cli.caisson('login --username admin');
    expect([code, stderr.trim()]).toEqual([
      1,
      'caisson: No secret was given. Type it, pipe it in, or set CAISSON_PASSWORD.',
    ]);
  });

  it('is refused with a wrong password', async () => {
    const { code, stderr } = await cli.caisson('login --username admin', 'another one\n');
    expect([code, stderr]).toEqual([3, expect.stringContaining('credentials-invalid')]);
  });

  it('begins with the password from a pipe, and is kept where only its owner can read it', async () => {
    expect(await cli.caisson('login --username admin', `${ACCOUNT.password}\n`)).toMatchObject({ code: 0, stdout: '' });
    const file = join(settings, 'caisson', 'credentials.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(ACCOUNT.password);
    expect(await ok('whoami')).toMatch(/^username {2}admin\nrole {6}admin\n/);
  });

  it('is renewed when its token is about to end, by one process at a time', async () => {
    const file = join(settings, 'caisson', 'credentials.json');
    const before = JSON.parse(await readFile(file, 'utf8')) as { accessToken: string };
    await writeFile(file, JSON.stringify({ ...before, accessExpiresAt: Date.now() }));
    await Promise.all([ok('whoami'), ok('whoami'), ok('whoami')]);
    const after = JSON.parse(await readFile(file, 'utf8')) as { accessToken: string };
    expect(after.accessToken).not.toBe(before.accessToken);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is not offered to another address', async () => {
    const { code, stderr } = await cli.caisson('deployments --url http://127.0.0.1:1');
    expect([code, stderr]).toEqual([1, expect.stringContaining('not logged in at http://127.0.0.1:1')]);
  });

  it('can be a token of the environment', async () => {
    const environment = { CAISSON_URL: caisson.process.url, CAISSON_TOKEN: caisson.token };
    expect(await new CommandLine(environment).caisson('whoami')).toMatchObject({ code: 0 });
  });
});

describe('a deployment', () => {
  const current = async (): Promise<{ id: string; state: string; planDigest: string }> =>
    (await json<{ id: string; state: string; planDigest: string }[]>('runs shop'))[0]!;
  const refused = ({ code, stderr }: Ended): unknown[] => [code, stderr];

  it('up FILE: shows the plan with cost and risk, changes nothing, and ends with 2', async () => {
    const { code, stderr, stdout } = await cli.caisson(`up ${FILE}`);
    expect(code).toBe(2);
    expect(stdout).toMatch(/\+ network/);
    expect(stdout).toMatch(/Cost +0 → [\d.]+ USD a month \(\+[\d.]+\)/);
    expect(stdout).toMatch(/Risk +(low|medium|high) \(\d+ of 100\)/);
    expect(stderr).toMatch(/awaiting_approval/);
    expect(stderr).toMatch(/caisson approve [0-9a-f-]{36}/);
    expect(await caisson.sandbox.resources((await json<{ id: string }>('deployment show shop')).id)).toEqual([]);
  });

  it('plan RUN: shows it again, for people and for programs', async () => {
    const shown = await cli.caisson('plan shop');
    expect(shown).toMatchObject({ code: 2, stdout: expect.stringContaining('Digest    sha256:') as string });
    const plan = JSON.parse((await cli.caisson('run plan shop -o json')).stdout) as { digest: string };
    expect(plan.digest).toBe((await current()).planDigest);
  });

  it('approve RUN: not another plan, and not without a word', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    expect(refused(await cli.caisson(`approve shop --digest ${other}`))).toEqual([
      3,
      expect.stringContaining('plan-digest-mismatch'),
    ]);
    expect(refused(await cli.caisson('approve shop'))).toEqual([1, expect.stringContaining('Nothing was approved')]);
  });

  it('approve RUN --digest: applies what was seen; watch RUN waits for the end', async () => {
    const { id, planDigest } = await current();
    await ok(`approve ${id} --digest ${planDigest}`);
    expect(await ok(`watch ${id}`)).toMatch(/state +completed/);
  });

  it('deployments, show, runs and tasks: as tables, JSON and YAML', async () => {
    expect(rowsOf(await ok('deployments --name shop'))).toEqual([expect.stringMatching(/shop +\w+ +completed/)]);
    expect(await ok('deployment show shop')).toMatch(/output url +http/);
    expect(parse(await ok('runs shop -o yaml'))).toMatchObject([{ kind: 'create', state: 'completed' }]);
    const tasks = await json<{ state: string }[]>('tasks shop');
    expect(new Set(tasks.map(({ state }) => state))).toEqual(new Set(['succeeded']));
    expect(rowsOf(await ok('tasks shop'))).toHaveLength(tasks.length);
  });

  it('logs TASK: what the tool said', async () => {
    const [task] = await json<{ id: string }[]>('tasks shop');
    const attempts = await caisson.client.attempts(task!.id);
    const { lines } = await caisson.client.log(attempts.at(-1)!.id);
    expect(await ok(`logs ${task!.id}`)).toBe(lines.map((line) => `${line}\n`).join(''));
    expect(await ok(`logs ${task!.id} --follow`)).toBe(lines.map((line) => `${line}\n`).join(''));
    expect(refused(await cli.caisson('logs nothing'))).toEqual([3, expect.stringContaining('not-found')]);
  });

  it('up FILE --yes: applies a change with progress; the same file once more changes nothing', async () => {
    const { code, stderr } = await cli.caisson(`up ${CHANGED} --yes`);
    expect(code).toBe(0);
    expect(stderr).toMatch(/update .* 100 % {2}completed/);
    const again = await cli.caisson(`up ${CHANGED} -q`);
    expect(again).toMatchObject({ code: 0, stderr: '' });
  });

  it('drift scan: 0 where all is well, 2 and a table where it is not', async () => {
    expect(await ok('drift scan shop')).toMatch(/^0 differences/);
    const { id } = await json<{ id: string }>('deployment show shop');
    const [[, server] = []] = [...(await caisson.sandbox.servers(id))];
    await caisson.sandbox.meddle(server!.id, { flavor: 'm1.large' });
    const { code, stdout } = await cli.caisson('drift scan shop');
    expect([code, stdout]).toEqual([2, expect.stringMatching(/medium .*flavor +m1\.medium +m1\.large/)]);
  });

  it('drift ignore: what is ignored is no drift, until the rule is gone', async () => {
    expect(await ok('drift ignore shop flavor --reason night-job')).toMatch(/\* +flavor/);
    const [rule] = await json<{ id: string }[]>('drift ignored shop');
    const before = await cli.caisson('drift scan shop -o json');
    expect(JSON.parse(before.stdout)).toMatchObject({ items: [], ignored: [{ path: 'flavor', rule: rule!.id }] });
    expect(await ok(`drift ignored shop --remove ${rule!.id}`)).not.toMatch(/flavor/);
  });

  it('drift adopt: what is desired follows the world by a revision, and the drift is gone', async () => {
    const { id } = await json<{ id: string }>('deployment show shop');
    const one = await cli.caisson('drift adopt shop --yes');
    expect(refused(one)).toEqual([3, expect.stringContaining('one of several copies')]);
    const servers = [...(await caisson.sandbox.servers(id)).values()];
    for (const server of servers) await caisson.sandbox.meddle(server.id, { flavor: 'm1.large' });
    const { code, stderr } = await cli.caisson('drift adopt shop --yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('The drift is gone.')]);
    expect(await ok('drift scan shop')).toMatch(/^0 differences/);
    expect(await ok('drift history shop')).toMatch(/flavor +drifted[^]*flavor +as_applied/);
    const flavors = [...(await caisson.sandbox.servers(id)).values()].map((server) => server['flavor']);
    expect(new Set(flavors)).toEqual(new Set(['m1.large']));
  });

  it('rollback: back to the first revision; --no-wait leaves it to itself, run cancel ends it', async () => {
    expect(await ok('rollback shop --to 1 --no-wait')).toMatch(/kind +rollback/);
    const waits = await current();
    await caisson.client.waitForRun(waits.id, { states: ['awaiting_approval'] });
    expect(await ok('run cancel shop')).toMatch(/cancelled/);
    expect(await ok('rollback shop --to 1 --yes')).toMatch(/state +completed/);
    expect(refused(await cli.caisson('run retry shop'))).toEqual([3, expect.stringContaining('run-state-conflict')]);
  });

  it('history: everything in order', async () => {
    const rows = rowsOf(await ok('history shop'));
    expect(rows[0]).toMatch(/deployment\.deployment-created/);
    expect(rows.at(-1)).toMatch(/run-completed|scan|task/);
    expect(rows.join('\n')).toMatch(/run-cancelled/);
  });

  it('--as-of: how a deployment, a run and its plan were, at a version or an instant', async () => {
    const runs = await json<{ id: string }[]>('runs shop');
    const first = runs.at(-1)!;
    expect(await ok('deployment show shop --as-of 1')).toMatch(/revision +0|status +pending/);
    expect(await ok(`run show ${first.id} --as-of 2`)).toMatch(/state +pending/);
    expect(refused(await cli.caisson(`plan ${first.id} --as-of 1`))).toEqual([
      3,
      expect.stringContaining('run-not-found'),
    ]);
    expect(await cli.caisson(`plan ${first.id} --as-of ${new Date().toISOString()}`)).toMatchObject({
      ...{ code: 2, stdout: expect.stringContaining('+ network') as string },
    });
    expect(refused(await cli.caisson('run show shop --as-of yesterday'))).toEqual([
      3,
      expect.stringContaining('?asOf'),
    ]);
  });

  it('revisions, approvals, attempts: what there is to go back to, who said what, and what was tried', async () => {
    const revisions = await json<{ revision: number; completedAt?: string }[]>('revisions shop');
    expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, index) => revisions.length - index));
    expect(rowsOf(await ok('deployment revisions shop'))).toHaveLength(revisions.length);
    expect(rowsOf(await ok('approvals shop'))).toEqual([expect.stringMatching(/^approved .*sha256:/)]);
    const [task] = await json<{ id: string }[]>('tasks shop');
    expect(rowsOf(await ok(`attempts ${task!.id}`))).toEqual([expect.stringMatching(/\/1\.1 +succeeded /)]);
    expect((await cli.caisson('attempts nothing')).code).toBe(3);
  });

  it('drift schedule, policy, breakers: when it is looked for, how it is judged, and who is left alone', async () => {
    expect(refused(await cli.caisson('drift schedule shop'))).toEqual([
      3,
      expect.stringContaining('drift-schedule-not-found'),
    ]);
    const set = ['drift', 'schedule', 'shop', '--cron', '0 3 * * *', '--time-zone', 'Europe/Berlin'];
    expect((await cli.run('caisson', set)).stdout).toMatch(/timeZone +Europe\/Berlin/);
    expect(await ok('drift schedule shop')).toMatch(/cron +0 3 \* \* \*\n/);
    expect(refused(await cli.caisson('drift schedule shop --auto-remediate'))).toEqual([
      1,
      expect.stringContaining('--cron'),
    ]);
    expect(await ok('drift schedule shop --remove')).toBe('');
    expect((await cli.caisson('drift schedule shop')).code).toBe(3);
    expect(await ok('drift policy')).toMatch(/^version +1\n/);
    expect(refused(await cli.caisson('drift policy --version 99'))).toEqual([
      3,
      expect.stringContaining('table-version-not-found'),
    ]);
    expect(await ok('drift breakers')).toMatch(/^PROVIDER +STATUS/);
    expect(refused(await cli.caisson('drift close-breaker nobody --because looked'))).toEqual([
      3,
      expect.stringContaining('drift-breaker-not-found'),
    ]);
  });

  it('invitations: those that nobody used, and taking one back', async () => {
    const params = { body: { role: 'viewer' } } as const;
    const id = (await caisson.client.api.POST('/api/v1/members', params)).data?.id ?? '';
    expect(rowsOf(await ok('invitations'))).toEqual([expect.stringMatching(new RegExp(`^${id} +viewer `))]);
    expect(await ok(`invitation revoke ${id}`)).toBe('');
    expect(rowsOf(await ok('invitations'))).toEqual([]);
    expect(refused(await cli.caisson(`invitation revoke ${id}`))).toEqual([
      3,
      expect.stringContaining('invitation-not-found'),
    ]);
  });

  it('webhooks: made with a secret that is shown once, rotated and removed', async () => {
    const made = JSON.parse(await ok('webhook create shop -o json')) as { id: string; path: string; secret: string };
    expect(made.secret).toMatch(/^[\w-]{43}$/);
    expect(rowsOf(await ok('webhooks'))).toEqual([
      expect.stringMatching(new RegExp(`^${made.id} +shop +github +${made.path}`)),
    ]);
    const rotated = await ok(`webhook rotate ${made.id} --overlap-hours 1`);
    expect(rotated).toMatch(/generation +2/);
    expect(rotated).toMatch(/secret +[\w-]{43}/);
    expect(await ok(`webhook show ${made.id}`)).not.toContain('secret');
    await ok(`webhook remove ${made.id}`);
    expect(rowsOf(await ok('webhooks'))).toEqual([]);
    expect(refused(await cli.caisson(`webhook remove ${made.id}`))).toEqual([
      3,
      expect.stringContaining('webhook-not-found'),
    ]);
  });

  it('events: what happened until now, then it ends; --follow tells what happens', async () => {
    const lines = (await ok('events --deployment shop --type caisson.deployment.* -o json')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { place: string; type: string });
    expect(events[0]!.type).toBe('caisson.deployment.deployment-created.v1');
    expect(events.map(({ place }) => Number(place))).toEqual(
      events.map(({ place }) => Number(place)).toSorted((left, right) => left - right),
    );
    const rest = await ok(`events --after ${events.at(-2)!.place} --deployment shop --type caisson.deployment.*`);
    expect(rest.trimEnd().split('\n')).toHaveLength(1);
    const startedAt = performance.now();
    expect(await ok('events --type caisson.tenancy.key-revoked.v1')).toBe('');
    expect(performance.now() - startedAt).toBeLessThan(12_000); // Told at once, not by the next sign of life.

    const following = cli.start('caisson', ['events', '--follow', '--after', events.at(-1)!.place, '-o', 'yaml']);
    const told: string[] = [];
    following.stdout?.on('data', (chunk: Buffer) => told.push(chunk.toString()));
    await ok('destroy shop --yes');
    await eventually('the end of the deployment to be told', async () => told.join('').includes('deployment-deleted'));
    following.kill('SIGINT');
  });

  it('up FILE: what does not go on by itself is not waited for; destroy drops what nobody approved', async () => {
    const file = join(caisson.folder, 'by-hand.yaml');
    const text = await readFile(join(import.meta.dirname, '../../..', FILE), 'utf8');
    const byHand = text.replaceAll(/(autoPlan|autoExecute): true/g, '$1: false');
    await writeFile(file, byHand.replace('name: shop', 'name: hand'));
    expect(refused(await cli.caisson(`up ${file} --yes`))).toEqual([2, expect.stringContaining('deployment plan')]);
    expect(refused(await cli.caisson('deployment plan hand --yes'))).toEqual([
      2,
      expect.stringContaining('caisson deployment execute'),
    ]);
    expect(await ok('deployment execute hand')).toMatch(/state +completed/);
    expect(refused(await cli.caisson(`up ${CHANGED}`))).toEqual([2, expect.stringContaining('caisson approve')]);
    expect(await ok('destroy shop --yes')).toMatch(/status +deleted/);
  });

  it('destroy: stops a run that is under way, undoes what it made, and tells who watched', async () => {
    await caisson.sandbox.arm({ match: { method: 'POST', type: 'server' }, behaviour: { kind: 'delay', ms: 3_000 } });
    const coming = cli.caisson(`up ${FILE} --yes`);
    const run = await eventually('the run to be under way', async () => {
      const { code, stdout } = await cli.caisson('runs shop -o json');
      const [first] = code === 0 ? (JSON.parse(stdout) as { id: string; state: string; deploymentId: string }[]) : [];
      return first?.state === 'executing' && first;
    });
    const { id: deploymentId } = await json<{ id: string }>('deployment show shop');
    expect(await ok('destroy shop --yes')).toMatch(/kind +destroy[^]*state +completed/);
    expect((await coming).code).toBe(1);
    expect(await cli.caisson(`watch ${run.id}`)).toMatchObject({
      ...{ code: 1, stdout: expect.stringMatching(/state +cancelled/) as string },
    });
    expect(await caisson.sandbox.resources(deploymentId)).toEqual([]);
    expect((await cli.caisson(`run cancel ${run.id}`)).code).toBe(3);
  });

  it('that is gone is not found', async () => {
    expect(refused(await cli.caisson('destroy shop --yes'))).toEqual([
      1,
      expect.stringContaining('no deployment "shop"'),
    ]);
  });

  it('that cannot be planned is refused, and each place is named', async () => {
    const file = join(caisson.folder, 'wrong.yaml');
    await writeFile(file, 'name: Wrong Name\nresources: []\n');
    const { code, stderr } = await cli.caisson(`up ${file}`);
    expect(code).toBe(3);
    expect(stderr).toMatch(/\/name: /);
  });
});

describe('a terminal', () => {
  it('has no colour where there is none, and colour where it is one, unless NO_COLOR says no', async () => {
    expect((await cli.caisson(`up ${FILE}`)).stdout).not.toContain(COLOUR);
    const onTerminal = (prefix: string) => cli.run('script', ['-qec', `${prefix} caisson plan shop`, '/dev/null']);
    expect((await onTerminal('')).stdout).toContain(COLOUR);
    expect((await onTerminal('NO_COLOR=1')).stdout).not.toContain(COLOUR);
  });

  it('asks before it applies, and does what the person says', async () => {
    const answered = (answer: string) =>
      cli.run('script', ['-qec', 'caisson approve shop --wait', '/dev/null'], answer);
    expect((await answered('n\n')).stdout).toContain('Nothing was approved');
    expect((await answered('y\n')).stdout).toMatch(/state +completed/);
    await ok('destroy shop --yes');
  });

  it('completes nouns, verbs and options in bash', async () => {
    const complete = async (...words: string[]): Promise<string> => {
      const script = [
        'source <(caisson completion bash)',
        `COMP_WORDS=(caisson ${words.map((word) => `'${word}'`).join(' ')})`,
        `COMP_CWORD=${words.length}`,
        '_caisson; echo "${COMPREPLY[@]}"',
      ];
      return (await cli.run('bash', ['-c', script.join('\n')])).stdout.trim();
    };
    expect(await complete('dep')).toBe('deployments deployment');
    expect(await complete('run', 'ca')).toBe('cancel');
    expect(await complete('up', '--y')).toBe('--yes');
    expect(await ok('completion zsh')).toContain('compdef');
    expect(await ok('completion fish')).toContain('complete -c caisson');
    expect(await cli.caisson('completion csh')).toMatchObject({ code: 1 });
  });
});

it('docs/how-to/use-the-cli.md: every command in it works, in its order', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/how-to/use-the-cli.md'), 'utf8');
  const script = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block).join('\n');
  const here = script.replace('http://127.0.0.1:8080', caisson.process.url);
  const environment = { XDG_CONFIG_HOME: join(caisson.folder, 'page'), CAISSON_PASSWORD: ACCOUNT.password };
  const { code, stderr } = await new CommandLine(environment).run('bash', ['-eo', 'pipefail', '-c', here]);
  expect(code, stderr).toBe(0);
});

it('logout forgets the session', async () => {
  await ok('logout');
  expect(await cli.caisson('whoami')).toMatchObject({ code: 1 });
});
