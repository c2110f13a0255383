import type { DeploymentResource, PriceBookResource, TypeTableResource } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { SETTINGS, useApi } from '../api.harness.js';
import { signIn } from '../sign-in.harness.js';

const api = useApi();

type TypeTableAnswer = z.infer<typeof TypeTableResource>;
type PriceBookAnswer = z.infer<typeof PriceBookResource>;

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

async function ask<Body>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  options: { body?: unknown; token?: string; ifMatch?: string } = {},
): Promise<{ status: number; body: Body; etag: string }> {
  const { ifMatch, ...rest } = options;
  const asked = { ...rest, ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }) };
  const { body, headers, status } = await api.ask(method, path, asked);
  return { status, body: body as Body, etag: String(headers['etag']) };
}

describe('the tables of the planner', () => {
  it('come with Caisson as version 1', async () => {
    const types = await ask<TypeTableAnswer>('GET', '/type-table');
    expect(types).toMatchObject({ status: 200, body: { version: 1 }, etag: '"1"' });
    expect(types.body.content.types['database']).toMatchObject({ priority: 4, durationMs: 120_000 });
    const prices = await ask<PriceBookAnswer>('GET', '/price-book');
    expect(prices).toMatchObject({ status: 200, body: { version: 1, content: { currency: 'USD', otherwise: 25 } } });
  });

  it('are replaced by an administrator, and every version stays', async () => {
    const before = await ask<PriceBookAnswer>('GET', '/price-book');
    const asIs = { body: before.body.content, ifMatch: before.etag };
    expect(await ask('PUT', '/price-book', asIs)).toMatchObject({ status: 200, body: { version: 1 }, etag: '"1"' });
    const content = { ...before.body.content, currency: 'EUR' };
    const replaced = await ask<PriceBookAnswer>('PUT', '/price-book', { body: content, ifMatch: before.etag });
    expect(replaced).toMatchObject({ status: 200, body: { version: 2, content: { currency: 'EUR' } }, etag: '"2"' });
    expect(replaced.body.replacedBy).toBeDefined();
    const again = await ask<PriceBookAnswer>('PUT', '/price-book', { body: content, ifMatch: before.etag });
    expect(again).toMatchObject({ status: 200, body: { version: 2 } });
    const stale = await ask<Problem>('PUT', '/price-book', { body: before.body.content, ifMatch: before.etag });
    expect(stale).toMatchObject({ status: 412, body: { code: 'table-version-conflict', version: 2 }, etag: '"2"' });
    const old = await ask<PriceBookAnswer>('GET', '/price-book/versions/1');
    expect(old.body).toEqual(before.body);
    expect((await ask('GET', '/price-book/versions/9')).status).toBe(404);
    expect((await ask('GET', '/price-book/versions/none')).status).toBe(404);
  });

  it('belong to one tenant', async () => {
    const other = await api.logIn('eve', 'acme');
    expect(await ask('GET', '/price-book', { token: other })).toMatchObject({ body: { version: 1 } });
  });

  it('are facts with whoever replaced them', async () => {
    const { rows } = await api.store.pool.query<{ type: string; actor: string; data: string }>(
      `select type, actor, data::text as data from event where stream_id like 'planning_table-%'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ type: 'TableReplaced' });
    expect(rows[0]?.data).toContain(`"replacedBy": "${rows[0]?.actor ?? ''}"`.replaceAll(' ', ''));
  });

  it('are refused by name when they contradict themselves, and without the version that was read', async () => {
    const { body, etag } = await ask<TypeTableAnswer>('GET', '/type-table');
    const mappings = [...body.content.mappings, { ...body.content.mappings[0], type: 'moon' }];
    const asked = { body: { ...body.content, mappings }, ifMatch: etag };
    expect(await ask<Problem>('PUT', '/type-table', asked)).toMatchObject({
      status: 422,
      body: { code: 'unprocessable-request', errors: [{ pointer: '/mappings/21/type' }] },
    });
    expect((await ask('PUT', '/type-table', { body: body.content })).status).toBe(428);
  });

  it('are refused when default resources wait for each other, with the whole circle', async () => {
    const { body, etag } = await ask<TypeTableAnswer>('GET', '/type-table');
    const [first, ...others] = body.content.defaults;
    const resources = first?.resources.map((resource) =>
      resource.name === 'vpc' ? { ...resource, dependsOn: ['app'] } : resource,
    );
    const asked = { body: { ...body.content, defaults: [{ ...first, resources }, ...others] }, ifMatch: etag };
    expect(await ask<Problem>('PUT', '/type-table', asked)).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/defaults/0/resources/0/dependsOn',
            detail: expect.stringContaining('vpc → app → vpc') as string,
          },
        ],
      },
    });
  });

  it('are refused when they name an engine that nobody has', async () => {
    const { body, etag } = await ask<TypeTableAnswer>('GET', '/type-table');
    const typo = { type: 'dns', provider: 'gcp', engine: 'teraform', engineType: 'google_dns_managed_zone' };
    const asked = { body: { ...body.content, mappings: [...body.content.mappings, typo] }, ifMatch: etag };
    await api.installed.announce('planner', new Map([['sandbox', '1.0.0']])); // Terraform is named by the table before.
    const refused = await ask<Problem>('PUT', '/type-table', asked);
    const pointer = `/mappings/${body.content.mappings.length}/engine`;
    expect(refused).toMatchObject({ status: 422, body: { code: 'unprocessable-request', errors: [{ pointer }] } });
    expect(refused.body.errors).toEqual([{ pointer, detail: 'the planner has no engine "teraform"' }]);
  });

  it('are replaced by nobody else', async () => {
    const { tenantId } = (await ask<{ tenantId: string }>('GET', '/auth/me')).body;
    const operator = await signIn(api.store, SETTINGS, { role: 'operator', tenantId });
    const { body, etag } = await ask<PriceBookAnswer>('GET', '/price-book', { token: operator.token });
    const asked = { body: body.content, ifMatch: etag, token: operator.token };
    expect(await ask('PUT', '/price-book', asked)).toMatchObject({ status: 403, body: { code: 'permission-denied' } });
  });
});

describe('a desired state', () => {
  it('with a pair that nobody mapped is refused by name, until somebody maps it', async () => {
    const zone = { name: 'zone', type: 'dns', provider: 'azure' };
    const refused = await ask<Problem>('POST', '/deployments', { body: { name: 'shop', resources: [zone] } });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'desired-state-invalid',
        problems: ['unsupported-type'],
        errors: [{ pointer: '/resources/0/type' }],
      },
    });
    expect(refused.body.errors[0]?.detail).toContain('"dns" of provider "azure"');
    const { body, etag } = await ask<TypeTableAnswer>('GET', '/type-table');
    const mapping = { ...{ type: 'dns', provider: 'azure', engine: 'terraform', engineType: 'azurerm_dns_zone' } };
    const content = { ...body.content, mappings: [...body.content.mappings, mapping] };
    expect((await ask('PUT', '/type-table', { body: content, ifMatch: etag })).status).toBe(200);
    expect((await ask('POST', '/deployments', { body: { name: 'shop', resources: [zone] } })).status).toBe(202);
  });

  it('of providers alone gets the default resources (V2)', async () => {
    const wanted = { name: 'start', environment: 'staging', providers: ['aws', 'gcp'] };
    const { body, status } = await ask<{ deployment: { id: string } }>('POST', '/deployments', { body: wanted });
    expect(status).toBe(202);
    const read = await ask<z.infer<typeof DeploymentResource>>('GET', `/deployments/${body.deployment.id}`);
    expect(read.body.desired.resources).toMatchObject([
      { name: 'staging-vpc-aws', type: 'network', provider: 'aws', region: 'us-east-1' },
      { name: 'staging-app-aws', type: 'compute', dependsOn: ['staging-vpc-aws'] },
      { name: 'staging-vpc-gcp', type: 'network', provider: 'gcp', region: 'us-central1' },
      { name: 'staging-app-gcp', type: 'compute', dependsOn: ['staging-vpc-gcp'] },
    ]);
  });

  it.each([
    { what: 'nothing', changes: {}, pointer: '/resources' },
    { what: 'providers that have no defaults', changes: { providers: ['moon'] }, pointer: '/providers' },
    {
      what: 'providers beside resources',
      changes: { providers: ['aws'], resources: [{ name: 'a', type: 'b' }] },
      pointer: '/providers',
    },
  ])('of $what is refused', async ({ changes, pointer }) => {
    const refused = await ask<Problem>('POST', '/deployments', { body: { name: 'start', ...changes } });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});

describe('a plan', () => {
  it('is asked for once: of two requests at once the other is refused', async () => {
    const resources = [{ name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } }];
    const wanted = { name: 'twice', autoPlan: false, resources };
    const { body } = await ask<{ deployment: { id: string } }>('POST', '/deployments', { body: wanted });
    const asked = [0, 1].map(() => ask<Problem>('POST', `/deployments/${body.deployment.id}/plan`, { body: {} }));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'run-state-conflict', state: 'planning', allowed: ['cancel'] });
  });

  it('that nobody made cannot be computed again', async () => {
    const missing = await ask<Problem>('POST', `/plans/sha256:${'0'.repeat(64)}/recompute`, { body: {} });
    expect(missing).toMatchObject({ status: 404, body: { code: 'plan-not-found' } });
  });
});
