import { randomBytes, randomUUID } from 'node:crypto';
import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import { idle, type AbuseWorld, type Waiting } from '../abuse-world.js';
import type { Sent } from '../wire.js';

const approve = ({ digest, run }: Waiting, token: string): Sent =>
  post(`/runs/${run}/approve`, { planDigest: digest }, token);

const APPROVAL = {
  ...{ twin: 'one approval with the digest of the plan', works: 202 },
  right: async (w: AbuseWorld) => approve(await w.waiting(), w.mia.token),
} as const;

/** Asks to look at an address, in a run that nobody has to approve. */
function probing(id: string, what: string, url: string): AbuseRow {
  return {
    ...{ id, what: `a check ${what}`, is: '202', records: true },
    abuse: (w) => post('/deployments', probed(url), w.mia.token),
    also: async ({ body }, w) => {
      const run = await w.settled((body['run'] as { readonly id: string }).id);
      return run.state !== 'completed' && /may not be probed|no http/.test(JSON.stringify(run));
    },
    ...{ twin: 'its run fails and says so; a check of an address that may be asked is passed', works: 202 },
    right: (w) => post('/deployments', probed(`${w.url}/livez`), w.mia.token),
  };
}

const probed = (url: string) => ({
  ...{ name: 'probed', autoApprove: true, onFailure: 'keep' },
  resources: [
    {
      ...{ name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.4.0.0/16' } },
      checks: [{ kind: 'http', url, withinMs: 2_000, everyMs: 200 }],
    },
  ],
});

/** Terraform files with a path that leads elsewhere: planning refuses them by name. */
function misplaced(id: string, what: string, source: object): AbuseRow {
  const module = { name: 'base', engine: 'terraform', type: 'module', properties: { source } };
  return {
    ...{ id, what: `a Terraform module ${what}`, is: '202', records: true },
    abuse: (w) => post('/deployments', { name: 'module', autoApprove: true, resources: [module] }, w.mia.token),
    also: async ({ body }, w) => {
      const run = await w.settled((body['run'] as { readonly id: string }).id);
      return run.state === 'failed';
    },
    ...{ twin: 'its run fails before anything is written; a module of files is taken', works: 202 },
    right: (w) => {
      const properties = { source: { files: { 'main.tf': '' } } };
      return post('/deployments', idle({ resources: [{ ...module, properties }] }), w.mia.token);
    },
  };
}

/** Commands at the wrong time, with the wrong words, and too many of them. */
export const COMMANDS: AbuseTable = {
  subject: 'Commands, probes and sources',
  rows: [
    {
      ...{ id: 'C1', what: 'an approval with a digest that was guessed', is: '409 plan-digest-mismatch', ...APPROVAL },
      abuse: async (w) => approve({ ...(await w.waiting()), digest: `sha256:${'0'.repeat(64)}` }, w.mia.token),
    },
    {
      ...{ id: 'C2', what: 'an approval with the digest of another run', is: '409 plan-digest-mismatch', ...APPROVAL },
      abuse: async (w) => approve({ ...(await w.waiting()), digest: w.things.digest }, w.mia.token),
    },
    {
      ...{ id: 'C3', what: 'an approval with a digest that is stale: it was planned again', ...APPROVAL },
      is: '409 plan-digest-mismatch',
      abuse: async (w) => {
        const before = await w.waiting();
        const change = { ...idle({ name: 'waiting' }), autoPlan: true, environment: 'staging', autoExecute: false };
        await w.ask('POST', `/runs/${before.run}/cancel`);
        const headers = { 'if-match': await w.etag(`/deployments/${before.deployment}`) };
        const next = await w.send({
          ...{ method: 'PATCH', body: change, headers },
          ...get(`/deployments/${before.deployment}`, w.mia.token),
        });
        const run = await w.planned((next.body['run'] as { readonly id: string }).id);
        return approve({ ...before, run }, w.mia.token);
      },
    },
    {
      ...{ id: 'C4', what: 'an approval without a digest', is: '400 invalid-request', ...APPROVAL },
      abuse: async (w) => post(`/runs/${(await w.waiting()).run}/approve`, {}, w.mia.token),
    },
    {
      ...{ id: 'C5', what: 'an approval for the second time', is: '409 run-state-conflict', ...APPROVAL },
      abuse: async (w) => {
        const waiting = await w.waiting();
        await w.send(approve(waiting, w.mia.token));
        return approve(waiting, w.operator.token);
      },
    },
    {
      ...{ id: 'C6', what: 'ten approvals at once: one is taken', is: '409 run-state-conflict', ...APPROVAL },
      abuse: async (w) => {
        const waiting = await w.waiting();
        const all = await Promise.all(Array.from({ length: 10 }, () => w.send(approve(waiting, w.mia.token))));
        const taken = all.filter(({ status }) => status === 202).length;
        if (taken !== 1) throw new Error(`${taken} of ten approvals were taken`);
        return approve(waiting, w.mia.token);
      },
    },
    {
      ...{ id: 'C7', what: 'an approval of what was cancelled', is: '409 run-state-conflict', ...APPROVAL },
      abuse: async (w) => {
        const waiting = await w.waiting();
        await w.ask('POST', `/runs/${waiting.run}/cancel`);
        return approve(waiting, w.mia.token);
      },
    },
    {
      ...{ id: 'C8', what: 'a cancel of what is completed', is: '409 run-state-conflict' },
      abuse: (w) => post(`/runs/${w.things.run}/cancel`, undefined, w.mia.token),
      ...{ twin: 'of what waits', works: 202 },
      right: async (w) => post(`/runs/${(await w.waiting()).run}/cancel`, undefined, w.mia.token),
    },
    {
      ...{ id: 'C9', what: 'a rollback to a revision of somebody’s dreams', is: '422 revision-not-found' },
      abuse: (w) => post(`/deployments/${w.things.deployment}/rollback`, { toRevision: 999_999 }, w.mia.token),
      ...{ twin: 'the revisions that there are', works: 200 },
      right: (w) => get(`/deployments/${w.things.deployment}/revisions`, w.mia.token),
    },
    {
      ...{ id: 'C10', what: 'a second run while one is active', is: '409 run-active' },
      abuse: async (w) => {
        const { deployment } = await w.waiting();
        const headers = { 'if-match': await w.etag(`/deployments/${deployment}`) };
        return { method: 'PATCH', ...get(`/deployments/${deployment}`, w.mia.token), body: idle(), headers };
      },
      ...{ twin: 'another deployment', right: (w) => post('/deployments', idle(), w.mia.token), works: 202 },
    },
    {
      ...{ id: 'C11', what: 'a resolution of a task whose outcome is known', is: '409 task-outcome-known' },
      abuse: (w) =>
        post(
          `/tasks/${encodeURIComponent(w.things.task)}/resolve`,
          { outcome: 'not_done', evidence: 'x' },
          w.mia.token,
        ),
      ...{ twin: 'the task is read', works: 200 },
      right: (w) => get(`/tasks/${encodeURIComponent(w.things.task)}`, w.mia.token),
    },
    {
      ...{ id: 'C12', what: 'twenty creations at once where three are free', is: '409 quota-exhausted' },
      abuse: async (w) => {
        const tenant = `q${randomBytes(4).toString('hex')}`;
        const { token } = await w.found(tenant);
        await w.ask('PUT', '/quotas', { deployments: 3, 'active-runs': null }, token);
        const all = await Promise.all(Array.from({ length: 20 }, () => w.send(post('/deployments', idle(), token))));
        const taken = all.filter(({ status }) => status === 202).length;
        if (taken !== 3) throw new Error(`${taken} of twenty creations were taken`);
        return post('/deployments', idle(), token);
      },
      ...{ twin: 'in a tenant with room', right: (w) => post('/deployments', idle(), w.mia.token), works: 202 },
    },
    probing('C13', 'of the metadata of a cloud', 'http://169.254.169.254/latest/meta-data/'),
    probing('C14', 'of the same as one number', 'http://2852039166/latest/'),
    probing('C15', 'of the same in hexadecimal', 'http://0xa9fea9fe/latest/'),
    probing('C16', 'of the same as IPv6', 'http://[::ffff:169.254.169.254]/latest/'),
    probing('C17', 'of every address of the host', 'http://0.0.0.0/'),
    misplaced('C18', 'with a file above its folder', { files: { '../../escape.tf': '' } }),
    misplaced('C19', 'with a file at an absolute path', { files: { '/tmp/escape.tf': '' } }),
    misplaced('C20', 'with a file that replaces where state is kept', { files: { 'override.tf': '' } }),
    misplaced('C21', 'from Git by a program', { git: { url: 'ext::sh -c id', ref: '--upload-pack=id' } }),
    misplaced('C22', 'from a path of the server', { path: '/etc' }),
    {
      ...{ id: 'C23', what: 'a command that names nothing', is: '404 deployment-not-found' },
      abuse: (w) => post(`/deployments/${randomUUID()}/cancel`, undefined, w.mia.token),
      ...{ twin: 'a command to what is there', works: 202 },
      right: async (w) => post(`/deployments/${(await w.waiting()).deployment}/cancel`, undefined, w.mia.token),
    },
  ],
};
