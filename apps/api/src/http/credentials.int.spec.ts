import type { CredentialResource, CredentialsRewrapped } from '@caisson/contracts';
import { SecretEnvelopes, parseSecretKeys } from '@caisson/secret-box';
import { UseCredential } from '@caisson/tenancy';
import { systemClock, systemIds } from '@caisson/service';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SETTINGS, useApi } from '../api.harness.js';

const api = useApi();

const CANARY = `canary-${randomUUID()}`;
const values = { AWS_ACCESS_KEY_ID: 'AKIA0123', AWS_SECRET_ACCESS_KEY: CANARY };
const NEWER_KEY = `k2:${randomBytes(32).toString('base64')}`;

async function ask<Body>(method: string, path: string, options: { body?: unknown; token?: string } = {}) {
  const { body, status, text } = await api.ask(method, path, options);
  return { status, text, body: body as unknown as Body };
}

const stored = (name: string) => ask<CredentialResource>('PUT', `/credentials/${name}`, { body: { values } });

/** Gives what a call of an engine would get. */
async function used(tenantId: string, name: string, keys: string): Promise<unknown> {
  const { documents, events } = api.store;
  const sealer = new SecretEnvelopes(parseSecretKeys(keys));
  const runtime = { store: events, clock: systemClock, service: 'executor' };
  const call = { operation: 'apply', deploymentId: 'd', runId: randomUUID(), actionKey: 'd/r/u' } as const;
  return new UseCredential({ runtime, documents, sealer, ids: systemIds }).use({ tenantId, name, ...call });
}

async function tenantOf(token = api.token): Promise<string> {
  return (await ask<{ tenantId: string }>('GET', '/auth/me', { token })).body.tenantId;
}

describe('a credential', () => {
  it('is stored, told of, replaced and removed, and its values never come back', async () => {
    const first = await stored('aws');
    const told = { name: 'aws', version: 1, variables: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], keyId: 'k1' };
    expect(first).toMatchObject({ status: 200, body: told });
    expect(await ask('GET', '/credentials/aws')).toMatchObject({ status: 200, body: told });
    expect(await stored('aws')).toMatchObject({ status: 200, body: { version: 2 } });
    const list = await ask<{ items: CredentialResource[] }>('GET', '/credentials');
    expect(list.body.items).toMatchObject([{ name: 'aws', version: 2 }]);
    expect(await used(await tenantOf(), 'aws', SETTINGS.encryptionKey)).toEqual(values);
    expect(await ask('DELETE', '/credentials/aws')).toMatchObject({ status: 204 });
    for (const method of ['GET', 'DELETE'])
      expect(await ask(method, '/credentials/aws')).toMatchObject({
        status: 404,
        body: { code: 'credential-not-found' },
      });
    expect((await ask<{ items: unknown[] }>('GET', '/credentials')).body.items).toEqual([]);
    await expect(used(await tenantOf(), 'aws', SETTINGS.encryptionKey)).rejects.toThrow(/no credential "aws"/);
    const { rows } = await api.store.pool.query<{ text: string }>(
      `select e::text as text from event e union all select d::text from document d`,
    );
    const kept = `${rows.map(({ text }) => text).join('\n')}${api.logged.join('\n')}${first.text}${list.text}`;
    expect(kept).toContain('CredentialRemoved');
    for (const form of [CANARY, Buffer.from(CANARY).toString('base64'), Buffer.from(CANARY).toString('hex')])
      expect(kept).not.toContain(form);
  });

  it('belongs to one tenant, in the store and under the key', async () => {
    await stored('ours');
    const eve = await api.logIn('eve', 'acme');
    const missing = await ask('GET', '/credentials/nobodys', { token: eve });
    const foreign = await ask('GET', '/credentials/ours', { token: eve });
    expect([foreign.status, foreign.body]).toMatchObject([404, { code: 'credential-not-found' }]);
    expect(missing.status).toBe(404);
    await api.store.pool.query(
      `insert into document (tenant_id, collection, id, version, body)
         select $1, collection, id, version, body from document where collection = 'credential-secret' and id = 'ours'`,
      [await tenantOf(eve)],
    );
    await expect(used(await tenantOf(eve), 'ours', SETTINGS.encryptionKey)).rejects.toMatchObject({
      code: 'credential-unreadable',
      untouched: true,
    });
  });

  it('goes under the newest key, and then needs the old one no more', async () => {
    await stored('rewrapped');
    const before = await used(await tenantOf(), 'rewrapped', SETTINGS.encryptionKey);
    const settings = { ...SETTINGS, encryptionKey: `${NEWER_KEY},${SETTINGS.encryptionKey}` };
    const newer = await api.another({ settings });
    const headers = { authorization: `Bearer ${api.token}` };
    const rewrap = async () => {
      const answer = await newer.inject({ method: 'POST', url: '/api/v1/credentials/rewrap', headers });
      return [answer.statusCode, answer.json<CredentialsRewrapped>().rewrapped];
    };
    const [status, rewrapped] = await rewrap();
    expect([status, Number(rewrapped) > 0]).toEqual([200, true]);
    expect(await ask('GET', '/credentials/rewrapped')).toMatchObject({ body: { keyId: 'k2', version: 1 } });
    expect(await used(await tenantOf(), 'rewrapped', NEWER_KEY)).toEqual(before);
    await expect(used(await tenantOf(), 'rewrapped', SETTINGS.encryptionKey)).rejects.toMatchObject({
      code: 'credential-unreadable',
      untouched: true,
    });
    expect(await rewrap()).toEqual([200, 0]);
  });

  it.each([
    ['no values', { values: {} }, 422],
    ['an empty value', { values: { A: '' } }],
    ['a value that any tool may print', { values: { A: 'prod' } }],
    ['a value that is no text', { values: { A: 1 } }],
    ['a name with a space', { values: { 'A B': CANARY } }],
    ['a variable of Terraform', { values: { TF_CLI_ARGS: '-destroy' } }],
    ['the trust of our own connections', { values: { SSL_CERT_FILE: '/tmp/theirs.pem' } }],
    ['a variable of the system', { values: { LD_PRELOAD: '/usr/lib/x.so' } }],
    ['something else', { values: { A: CANARY }, more: CANARY }],
  ])('is refused with %s, without a word of its values', async (_what, body, status = 400) => {
    const events = await api.countEvents();
    const refused = await ask('PUT', '/credentials/bad', { body });
    expect(refused.status).toBe(status);
    expect(refused.text).not.toContain(CANARY);
    expect(await api.countEvents()).toBe(events);
  });

  it('has a name that fits in a path', async () => {
    expect((await stored('No_Name')).status).toBe(404);
  });
});
