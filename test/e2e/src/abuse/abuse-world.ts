import { createHmac, createSign, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { DesiredStateInput } from '@caisson/contracts';
import { CaissonClient, collect, type Problem } from '@caisson/client';
import { eventually } from '@caisson/testing';
import { EmbeddedCaisson } from '../embedded-caisson.js';
import { send, type Answer, type RawSent, type Sent } from './wire.js';

/** Somebody with a login. */
export interface Person {
  readonly username: string;
  readonly tenant: string;
  readonly principalId: string;
  readonly token: string;
}

/** A run that waits for its approval. */
export interface Waiting {
  readonly deployment: string;
  readonly run: string;
  readonly digest: string;
}

/** What mia's tenant has, one of each kind. */
export interface Things {
  readonly deployment: string;
  readonly run: string;
  readonly digest: string;
  readonly task: string;
  readonly attempt: string;
  readonly report: string;
  readonly invitation: string;
  readonly key: string;
  readonly credential: string;
}

/** Method, path, body and token. */
type Asked = readonly [method: string, path: string, body?: unknown, token?: string];

type Members = Readonly<Record<string, unknown>>;

/** Everybody's. */
export const PASSWORD = 'correct horse battery staple';
/** Begins what is planted to be found where it must not be. */
export const CANARY = 'canary0d6f1c';
const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };
const HOME = '127.0.0.1';

/** A Caisson with two tenants, people of all roles in the first, and one of each thing there is. */
export class AbuseWorld {
  /** What no answer and no line of the log may show. */
  readonly secrets: string[] = [PASSWORD];
  readonly hookSecret = `hook ${randomBytes(16).toString('hex')}`;
  readonly otherHookSecret = `other ${randomBytes(16).toString('hex')}`;
  /** The administrator of `default`. */
  mia!: Person;
  /** The administrator of `acme`: a stranger to everything below. */
  eve!: Person;
  operator!: Person;
  deployer!: Person;
  viewer!: Person;
  things!: Things;

  private constructor(
    readonly caisson: EmbeddedCaisson,
    private readonly privateKey: string,
    readonly publicKey: string,
  ) {}

  /** Starts it and fills it. */
  static async start(): Promise<AbuseWorld> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      ...{ publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } },
    });
    const environment = { CAISSON_JWT_PRIVATE_KEY: privateKey, CAISSON_LOG_LEVEL: 'debug' };
    const world = new AbuseWorld(await EmbeddedCaisson.start(environment), privateKey, publicKey);
    await world.#fill(environment);
    return world;
  }

  stop(): Promise<void> {
    return this.caisson.stop();
  }

  get url(): string {
    return this.caisson.process.url;
  }

  /** Sends a request; every row has an address of its own, so that none uses up the rates of another. */
  send(sent: Sent | RawSent, from = HOME): Promise<Answer> {
    return send(this.url, from, sent);
  }

  /** How many facts followed from a request. */
  async factsOf({ headers }: Answer): Promise<number> {
    const sql = 'select count(*) from event where correlation_id = $1';
    const [row] = await this.caisson.query<{ count: string }>(sql, [headers['x-request-id'] ?? '']);
    return Number(row?.count);
  }

  /** A new session of somebody. */
  async logIn(username: string, tenant = 'default', password = PASSWORD) {
    return new CaissonClient({ url: this.url }).login({ username, password, tenant });
  }

  /** A new member of `default`. */
  async join(role: 'admin' | 'operator' | 'deployer' | 'viewer', username = `u${randomUUID().slice(0, 8)}`) {
    const { invitation } = await this.ask<{ invitation: string }>('POST', '/members', { role });
    this.secrets.push(invitation);
    const body = { username, password: PASSWORD, invitation };
    const { principalId } = await this.ask<{ principalId: string }>('POST', '/auth/register', body, '');
    return this.#person(username, 'default', principalId);
  }

  /** A deployment whose run does nothing until somebody asks it to. */
  async idle(more: Partial<DesiredStateInput> = {}, token = this.mia.token) {
    const { deployment, run } = await this.ask<{ deployment: { id: string }; run: { id: string } }>(
      ...(['POST', '/deployments', idle(more), token] as const),
    );
    return { deployment: deployment.id, run: run.id };
  }

  /** A run that waits for its approval. */
  async waiting(): Promise<Waiting> {
    const client = this.#client();
    const made = await client.createDeployment({ name: 'waiting', autoExecute: false, resources: [NETWORK] });
    const run = await client.waitForRun(made.run.id, { states: ['awaiting_approval'] });
    return { deployment: made.deployment.id, run: run.id, digest: run.planDigest ?? '' };
  }

  /** A new tenant with its administrator. */
  async found(tenant: string): Promise<Person> {
    const { bootstrapToken } = this.caisson.process;
    const body = { username: 'root', password: PASSWORD, tenant, bootstrapToken };
    const { principalId } = await this.ask<{ principalId: string }>('POST', '/auth/register', body, '');
    return this.#person('root', tenant, principalId);
  }

  /** The id of a run, once it waits for its approval. */
  async planned(run: string): Promise<string> {
    return (await this.#client().waitForRun(run, { states: ['awaiting_approval'] })).id;
  }

  /** A run once it goes no further. */
  settled(run: string, token = this.mia.token) {
    const states = ['completed', 'failed', 'cancelled', 'rolled_back'] as const;
    return new CaissonClient({ url: this.url, token }).waitForRun(run, { states: [...states] });
  }

  /** The address at which a task that waits is called back. */
  async callback(): Promise<string> {
    const wait = { name: 'gate', engine: 'wait', type: 'callback' };
    const made = await this.#client().createDeployment({ name: 'gate', autoApprove: true, resources: [wait] });
    const task = encodeURIComponent(`${made.run.id}/gate`);
    const { path } = await eventually('the task to wait', () =>
      this.ask<{ path: string }>('GET', `/tasks/${task}/callback`).catch(() => undefined),
    );
    return path;
  }

  /** A new API key of `default`. */
  async key(scope: string): Promise<{ readonly id: string; readonly key: string }> {
    const issued = await this.ask<{ id: string; key: string }>('POST', '/keys', { name: 'abuse', scope });
    this.secrets.push(issued.key);
    return issued;
  }

  /** The entity tag of a thing. */
  async etag(path: string): Promise<string> {
    const answer = await this.send({ path: `/api/v1${path}`, token: this.mia.token });
    return answer.headers['etag'] ?? '';
  }

  /** Mia's token with other members, signed with the server's own key: as wrong as a right signature can be. */
  token(claims: Members = {}, header: Members = {}): string {
    return signedWith({ ...this.parts().header, ...header }, { ...this.parts().claims, ...claims }, (content) =>
      createSign('RSA-SHA256').update(content).sign(this.privateKey),
    );
  }

  /** Mia's token, signed by HMAC with something that everybody knows. */
  hmacToken(secret: string, header: Members, claims: Members = {}): string {
    return signedWith({ ...this.parts().header, ...header }, { ...this.parts().claims, ...claims }, (content) =>
      createHmac('sha256', secret).update(content).digest(),
    );
  }

  /** What mia's token says. */
  parts(): { readonly header: Members; readonly claims: Members; readonly signature: string } {
    const [header = '', claims = '', signature = ''] = this.mia.token.split('.');
    return { header: membersOf(header), claims: membersOf(claims), signature };
  }

  /** Asks as mia, or whoever; throws on a refusal. Only for what must go well. */
  async ask<T>(...[method, path, body, token = this.mia.token]: Asked): Promise<T> {
    const answer = await this.send({
      ...{ method, path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) },
      ...(token === '' ? {} : { token }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body as T;
  }

  #client(): CaissonClient {
    return new CaissonClient({ url: this.url, token: this.mia.token });
  }

  async #fill(environment: Readonly<Record<string, string>>): Promise<void> {
    const { tenantId } = await this.ask<{ tenantId: string }>('GET', '/auth/me', undefined, this.caisson.token);
    const hook = { id: 'shop', kind: 'github', tenantId, secret: this.hookSecret };
    const hooks = [hook, { ...hook, id: 'docs', secret: this.otherHookSecret }];
    await this.caisson.restart({ ...environment, CAISSON_WEBHOOK_HOOKS: JSON.stringify(hooks) });
    const { bootstrapToken } = this.caisson.process;
    this.secrets.push(this.hookSecret, this.otherHookSecret, bootstrapToken);
    const { principalId: admin } = await this.ask<{ principalId: string }>(
      ...(['GET', '/auth/me', undefined, this.caisson.token] as const),
    );
    this.mia = await this.#person('admin', 'default', admin);
    const founder = { username: 'eve', password: PASSWORD, tenant: 'acme', bootstrapToken };
    const { principalId } = await this.ask<{ principalId: string }>('POST', '/auth/register', founder, '');
    this.eve = await this.#person('eve', 'acme', principalId);
    this.operator = await this.join('operator', 'olga');
    this.deployer = await this.join('deployer', 'dan');
    this.viewer = await this.join('viewer', 'vic');
    this.things = await this.#things();
  }

  async #things(): Promise<Things> {
    const client = this.#client();
    const made = await client.createDeployment({ name: 'shop', autoApprove: true, resources: [NETWORK] });
    const run = await client.waitForRun(made.run.id, { states: ['completed'] });
    const task = `${run.id}/network`;
    const { scan } = await this.ask<{ scan: { id: string } }>('POST', '/drift/scans', {
      deploymentId: made.deployment.id,
    });
    await eventually('the report', async () => {
      const { status } = await this.send({ path: `/api/v1/drift/reports/${scan.id}`, token: this.mia.token });
      return status === 200;
    });
    const attempts = await this.ask<{ items: { id: string }[] }>('GET', `/tasks/${encodeURIComponent(task)}/attempts`);
    const values = { TOKEN_VALUE: `${CANARY}-credential` };
    await this.ask('PUT', '/credentials/cloud', { values });
    const { id: invitation } = await this.ask<{ id: string }>('POST', '/members', { role: 'viewer' });
    this.secrets.push(values.TOKEN_VALUE);
    await collect(client.runs(made.deployment.id));
    return {
      ...{ deployment: made.deployment.id, run: run.id, digest: run.planDigest ?? '', task, report: scan.id },
      ...{ attempt: attempts.items[0]?.id ?? '', invitation, key: (await this.key('read')).id, credential: 'cloud' },
    };
  }

  async #person(username: string, tenant: string, principalId: string): Promise<Person> {
    const { access_token: token, refresh_token: refresh } = await this.logIn(username, tenant);
    this.secrets.push(token, refresh);
    return { username, tenant, principalId, token };
  }
}

/** A desired state that starts nothing by itself. */
export function idle(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { name: 'idle', autoPlan: false, resources: [NETWORK], ...more };
}

/** A desired state whose one resource is changed. */
export function withResource(more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return idle({ resources: [{ ...NETWORK, ...more }] });
}

/** Where a problem says it is. */
export function pointersOf(body: Partial<Problem>): readonly string[] {
  return (body.errors ?? []).map(({ pointer }) => pointer);
}

function membersOf(part: string): Members {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Members;
}

function signedWith(header: Members, claims: Members, sign: (content: string) => Buffer): string {
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${sign(content).toString('base64url')}`;
}
