import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CaissonClient, type HistoryEntry } from '@caisson/client';
import { startDistributedStack, type DistributedStack } from '@caisson/local';
import { eventually, lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.js';
import { pushBody } from './github-push.js';
import { OtlpReceiver } from './otlp-receiver.js';
import { everyFile, everyMessage, everyRow, formsOf, RedisEar } from './sinks.js';
import { makeTemporaryDirectory } from './temporary-directory.js';

// The services as processes, two of the API: what is secret is found in none of the places that they write to, and what
// one API takes back, the other soon refuses.

const LIMIT_MS = 180_000;
/** Promised: what was taken back is refused everywhere within so long. */
const REVOKED_MS_MAX = 5_000;

/** Signs that each encoding writes differently. */
const canary = (): string => `Canary "/+&${randomUUID()}`;
const PASSWORD = canary();
const HOOK_SECRET = canary();
const CREDENTIAL = canary();
const OF_THE_INSTALLATION = {
  CAISSON_JWT_SECRET: canary(),
  CAISSON_CALLBACK_SECRET: canary(),
  CAISSON_ENCRYPTION_KEY: `k1:${randomBytes(32).toString('base64')}`,
};
const HOOKS = JSON.stringify([{ id: 'shop', kind: 'github', tenantId: 'somebody', secret: HOOK_SECRET }]);

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, string>>;
}

interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let receiver: OtlpReceiver;
let stack: DistributedStack;
let ear: RedisEar;
let token = '';
let client: CaissonClient;

async function ask(url: string, { body, headers, method = body === undefined ? 'GET' : 'POST' }: Ask): Promise<Asked> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers: { ...type, ...headers }, body: body === undefined ? null : text });
  const told = await answer.text();
  return { status: answer.status, text: told, body: (told === '' ? {} : JSON.parse(told)) as Asked['body'] };
}

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
const api = (path: string, options: Ask = {}) =>
  ask(`${stack.url}/api/v1${path}`, { ...options, headers: { ...bearer(token), ...options.headers } });

async function newMember(username: string): Promise<{ id: string; invitation: string }> {
  const { body } = await api('/members', { body: { role: 'viewer' } });
  const account = { username, password: PASSWORD, invitation: body['invitation'] };
  const registered = await ask(`${stack.url}/api/v1/auth/register`, { body: account });
  return { id: registered.body['principalId'] ?? '', invitation: body['invitation'] ?? '' };
}

const logIn = async (username: string, password = PASSWORD): Promise<Asked> =>
  ask(`${stack.url}/api/v1/auth/login`, { body: { username, password } });

describe.skipIf(lacks('kafka') || lacks('redis') || lacks('terraform'))('secrets of a whole installation', () => {
  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    receiver = await OtlpReceiver.start();
    stack = await startDistributedStack({
      ...{ directory: directory.path, durable: false, replicas: { api: 2 } },
      environment: { ...receiver.environment, ...OF_THE_INSTALLATION, CAISSON_WEBHOOK_HOOKS: HOOKS },
    });
    ear = await RedisEar.at(stack.redis.server.port);
    const { bootstrapToken, url } = stack;
    await new CaissonClient({ url }).register({ username: 'admin', password: PASSWORD, bootstrapToken });
    token = (await logIn('admin')).body['access_token'] ?? '';
    client = new CaissonClient({ url, token });
  }, LIMIT_MS);
  afterAll(async () => {
    ear.close();
    await stack.stop();
    await receiver.stop();
    await directory.remove();
  });

  describe('what one process of the API takes back, the other refuses within 5 s:', () => {
    const elsewhere = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await ask(`${stack.services.get('api-2')?.url ?? ''}/api/v1/auth/me`, { headers })).status;

    it.each([
      [
        'a session, by logout',
        async () => {
          const { body } = await logIn('admin');
          const headers = bearer(body['access_token'] ?? '');
          return { headers, take: () => api('/auth/logout', { method: 'POST', headers }) };
        },
      ],
      [
        'all sessions, by a new password',
        async () => {
          await newMember('changing');
          const [here, there] = [await logIn('changing'), await logIn('changing')];
          const body = { currentPassword: PASSWORD, newPassword: canary() };
          const take = () => api('/auth/password', { body, headers: bearer(here.body['access_token'] ?? '') });
          return { headers: bearer(there.body['access_token'] ?? ''), take };
        },
      ],
      [
        'an API key',
        async () => {
          const { body } = await api('/keys', { body: { name: 'robot', scope: 'read' } });
          const take = () => api(`/keys/${body['id'] ?? ''}`, { method: 'DELETE' });
          return { headers: { 'x-api-key': body['key'] ?? '' }, take };
        },
      ],
      [
        'a member',
        async () => {
          const { id } = await newMember('leaving');
          const { body } = await logIn('leaving');
          const take = () => api(`/members/${id}`, { method: 'DELETE' });
          return { headers: bearer(body['access_token'] ?? ''), take };
        },
      ],
    ])('%s', async (_what, given) => {
      const { headers, take } = await given();
      expect(await elsewhere(headers)).toBe(200); // From now on the other process remembers the right.
      expect((await take()).status).toBe(204);
      const began = performance.now();
      await eventually('the other process to refuse it', async () => (await elsewhere(headers)) === 401);
      expect(performance.now() - began).toBeLessThan(REVOKED_MS_MAX);
    });
  });

  it(
    'are in no table, message, log, trace, metric, file, answer or history, in any form',
    async () => {
      const secrets: Record<string, string> = {
        ...{ password: PASSWORD, hook: HOOK_SECRET, credential: CREDENTIAL, bootstrap: stack.bootstrapToken, token },
        ...OF_THE_INSTALLATION,
        'encryption key': OF_THE_INSTALLATION.CAISSON_ENCRYPTION_KEY.slice('k1:'.length),
        'database password': new URL(stack.databaseUrl).password,
      };
      const answers: string[] = [];
      const refused = async (what: string, { url = stack.url, ...options }: Ask & { url?: string }, path: string) => {
        const answer = await ask(`${url}${path}`, options);
        expect(answer.status, what).toBeGreaterThanOrEqual(400);
        expect(answer.status, what).toBeLessThan(500);
        answers.push(answer.text);
      };

      // What is right, used once.
      const session = (await logIn('admin')).body;
      secrets['refresh token'] = session['refresh_token'] ?? '';
      const next = await api('/auth/refresh', { body: { refresh_token: secrets['refresh token'] } });
      secrets['next refresh token'] = next.body['refresh_token'] ?? '';
      secrets['invitation'] = (await newMember('invited')).invitation;
      secrets['key'] = (await api('/keys', { body: { name: 'used', scope: 'read' } })).body['key'] ?? '';
      expect(await api('/auth/me', { headers: { 'x-api-key': secrets['key'], authorization: '' } })).toBeDefined();
      const values = { DEPLOY_TOKEN: CREDENTIAL, TF_VAR_token: CREDENTIAL };
      expect((await api('/credentials/deployer', { method: 'PUT', body: { values } })).status).toBe(200);
      const right = createHmac('sha256', HOOK_SECRET).update(PUSH).digest('hex');
      expect((await ask(`${stack.webhooksUrl}/webhooks/shop`, { body: PUSH, headers: signed(right) })).status).toBe(
        202,
      );

      // What is wrong: somebody put a secret where it does not belong.
      const wrong = (what: string): string => (secrets[`mistaken ${what}`] = canary());
      await refused('login', { body: { username: 'admin', password: wrong('password') } }, '/api/v1/auth/login');
      await refused('user name', { body: { username: wrong('user'), password: PASSWORD } }, '/api/v1/auth/login');
      await refused('token', { headers: bearer(wrong('token').replaceAll(/[^\w-]/g, '')) }, '/api/v1/auth/me');
      await refused('key', { headers: { 'x-api-key': wrong('key') } }, '/api/v1/auth/me');
      const body = { values: { 'NO NAME': wrong('credential') }, [wrong('field')]: 1 };
      await refused('credential', { method: 'PUT', body, headers: bearer(token) }, '/api/v1/credentials/bad');
      await refused('no JSON', { body: `{"a": "${wrong('json')}`, headers: bearer(token) }, '/api/v1/deployments');
      const signature = createHmac('sha256', wrong('hook secret')).update(PUSH).digest('hex');
      const forged = { url: stack.webhooksUrl, body: PUSH, headers: signed(signature) };
      await refused('push', forged, '/webhooks/shop');
      secrets['wrong signature'] = signature;

      // A tool that tells what it was given, and a wait that is answered at its secret address.
      const { run } = await client.createDeployment({
        name: 'talkative',
        autoApprove: true,
        resources: [TALKATIVE, GATE],
      });
      const address = await eventually('the wait', () => client.callbackAddress(`${run.id}/gate`), LIMIT_MS);
      secrets['callback'] = address.path.slice(address.path.lastIndexOf('/') + 1);
      expect((await ask(stack.webhooksUrl + address.path, { body: {} })).status).toBe(202);
      const ended = await client.waitForRun(run.id, { limitMs: LIMIT_MS });
      expect(ended.state, JSON.stringify(ended.failure)).toBe('completed');
      const attempts = await client.attempts(`${run.id}/base`);
      const said = (await client.log(attempts.at(-1)?.id ?? '')).lines.join('\n');
      const history: readonly HistoryEntry[] = await client.history(run.deploymentId);

      const support = new CommandLine({ CAISSON_DATABASE_URL: stack.databaseUrl });
      const lists = await Promise.all(
        ['parked list', 'jobs list', 'parked list --json', 'jobs list --json'].map((words) =>
          support.run('caisson-admin', words.split(' ')),
        ),
      );
      const metrics = await Promise.all([...stack.services.values()].map(({ url }) => textOf(`${url}/metrics`)));
      const last = 'caisson.deployment.run-completed.v1';
      await eventually('the last span', () => receiver.spans.some(({ name }) => name === `relay ${last}`), 30_000);

      /** Each with something that is in it for certain: a place that was not looked at proves nothing. */
      const sinks: readonly (readonly [name: string, text: string, contains: string])[] = [
        ['tables', await everyRow(stack.databaseUrl), run.id],
        ['topics', await everyMessage(stack.kafka.server.brokers), last],
        ['Redis', ear.heard, '"set"'],
        ['logs', await everyFile(join(directory.path, 'logs')), run.id],
        ['files of executors', await everyFile(join(directory.path, 'work')), ''],
        ['traces', JSON.stringify(receiver.spans), run.id],
        ['metrics', metrics.join('\n'), 'caisson_service_info'],
        ['support', lists.map(({ stderr, stdout }) => stdout + stderr).join('\n'), 'No stream is parked.'],
        ['refusals', answers.join('\n'), 'credentials-invalid'],
        ['what the tool said', said, 'said (sensitive)'],
        ['history', JSON.stringify(history), last],
        [
          'the deployment',
          JSON.stringify([await client.deployment(run.deploymentId), await client.resources(run.deploymentId)]),
          'talkative',
        ],
      ];
      for (const [sink, text, contains] of sinks) expect(text.includes(contains), `${sink} was looked at`).toBe(true);
      const found = Object.entries(secrets).flatMap(([secret, value]) => {
        expect(value.length, secret).toBeGreaterThan(10);
        const forms = formsOf(value);
        return sinks.flatMap(([sink, text]) =>
          forms.some((form) => text.includes(form)) ? [`${secret} in ${sink}`] : [],
        );
      });
      expect(found).toEqual([]);
    },
    LIMIT_MS,
  );
});

const PUSH = pushBody({ repository: 'acme/shop', branch: 'main', commit: 'c'.repeat(40) });

const signed = (signature: string): Readonly<Record<string, string>> => ({
  'x-hub-signature-256': `sha256=${signature}`,
  'x-github-event': 'push',
  'x-github-delivery': randomUUID(),
});

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

const GATE = { name: 'gate', engine: 'wait', type: 'callback', properties: {}, dependsOn: ['base'] };
const TALKATIVE = {
  ...{ name: 'base', engine: 'terraform', type: 'module', credential: 'deployer' },
  properties: {
    variables: {},
    source: {
      files: {
        'main.tf': `
          variable "token" { type = string }
          resource "terraform_data" "only" {
            input = var.token
            provisioner "local-exec" {
              command = <<-EOT
                echo "said $DEPLOY_TOKEN"
                printf %s "x$DEPLOY_TOKEN" | base64 -w 0; echo
                printf %s "$DEPLOY_TOKEN" | od -An -v -tx1 | tr -d ' \\n'; echo
              EOT
            }
          }
          output "token" { value = var.token }`,
      },
    },
  },
};
