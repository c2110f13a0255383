import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { AbuseRow, AbuseTable } from '../abuse-row.js';
import { CANARY, type AbuseWorld } from '../abuse-world.js';
import type { Answer, Sent } from '../wire.js';
import { pushBody } from '../../github-push.js';

const UNSIGNED = '401 signature-invalid';
const MB = 1_048_576;

const push = (): string =>
  pushBody({ repository: 'acme/shop', branch: 'main', commit: randomBytes(20).toString('hex') });

const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** A delivery as GitHub sends it; headers that are undefined are left out. */
function delivery(w: AbuseWorld, more: { body?: string; hook?: string; headers?: Headers } = {}): Sent {
  const { body = push(), headers = {}, hook = 'shop' } = more;
  const all: Headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signatureOf(body, w.hookSecret),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { method: 'POST', path: `/webhooks/${hook}`, body, headers: Object.fromEntries(given) };
}

type Headers = Readonly<Record<string, string | undefined>>;

const RIGHT = {
  ...{ twin: 'a delivery signed with the secret of its hook', works: 202 },
  right: (w: AbuseWorld) => delivery(w),
} as const;

/** A delivery that is signed in a way that proves nothing. */
const signed = (id: string, what: string, headers: (body: string, w: AbuseWorld) => Headers): AbuseRow => ({
  ...{ id, what, is: UNSIGNED, ...RIGHT },
  abuse: (w) => {
    const body = push();
    return delivery(w, { body, headers: headers(body, w) });
  },
});

const repeated = ({ body }: Answer): boolean => body['repeated'] === true;
const ignored = ({ body }: Answer): boolean => body['outcome'] === 'ignored';

type Meaningless = readonly [id: string, what: string, body: () => string, headers?: Headers];

/** A signed delivery that must lead to nothing. */
const meaningless = (...[id, what, body, headers = {}]: Meaningless): AbuseRow => ({
  ...{ id, what, is: '202', records: true, also: ignored, ...RIGHT },
  abuse: (w) => delivery(w, { body: body(), headers }),
});

const callback = (path: string, body: unknown = { tests: 'green' }): Sent => ({ method: 'POST', path, body });
const CALLED = {
  ...{ twin: 'the address as it was given', works: 202 },
  right: async (w: AbuseWorld) => callback(await w.callback()),
} as const;

/** What comes from forges and from those who call back. */
export const WEBHOOKS: AbuseTable = {
  subject: 'Webhooks and callbacks',
  rows: [
    signed('W1', 'no signature', () => ({ 'x-hub-signature-256': undefined })),
    signed('W2', 'a signature of SHA-1 only', (body, w) => ({
      'x-hub-signature-256': undefined,
      'x-hub-signature': `sha1=${createHmac('sha1', w.hookSecret).update(body).digest('hex')}`,
    })),
    signed('W3', 'a signature that is too short', () => ({ 'x-hub-signature-256': 'sha256=00' })),
    signed('W4', 'a signature in capitals', (body, w) => ({
      'x-hub-signature-256': signatureOf(body, w.hookSecret).toUpperCase(),
    })),
    signed('W5', 'the secret of another hook', (body, w) => ({
      'x-hub-signature-256': signatureOf(body, w.otherHookSecret),
    })),
    signed('W6', 'an empty secret', (body) => ({ 'x-hub-signature-256': signatureOf(body, '') })),
    signed('W7', 'a right signature of other bytes', (body, w) => ({
      'x-hub-signature-256': signatureOf(JSON.stringify(JSON.parse(body), undefined, 2), w.hookSecret),
    })),
    {
      ...{ id: 'W8', what: 'a hook that is not there answers as a wrong signature does', is: UNSIGNED, ...RIGHT },
      abuse: (w) => delivery(w, { hook: 'nothing' }),
      also: async ({ body, status }, w) => {
        const wrong = await w.send(delivery(w, { headers: { 'x-hub-signature-256': undefined } }));
        return status === wrong.status && body.detail === wrong.body.detail && body.code === wrong.body.code;
      },
    },
    {
      ...{ id: 'W9', what: 'a hook named __proto__', is: UNSIGNED, ...RIGHT },
      abuse: (w) => delivery(w, { hook: '__proto__' }),
    },
    {
      ...{ id: 'W10', what: 'the same delivery again', is: '202', also: repeated, ...RIGHT },
      abuse: async (w) => {
        const sent = delivery(w);
        await w.send(sent);
        return sent;
      },
    },
    {
      ...{
        id: 'W11',
        what: 'the same bytes under a delivery id that was made up',
        is: '202',
        also: repeated,
        ...RIGHT,
      },
      abuse: async (w) => {
        const body = push();
        await w.send(delivery(w, { body }));
        return delivery(w, { body });
      },
    },
    {
      ...{ id: 'W12', what: 'a delivery id that is no id', is: '400 delivery-malformed', ...RIGHT },
      abuse: (w) => delivery(w, { headers: { 'x-github-delivery': `a b;${CANARY}` } }),
    },
    {
      ...{ id: 'W13', what: 'an event that is a path', is: '400 delivery-malformed', ...RIGHT },
      abuse: (w) => delivery(w, { headers: { 'x-github-event': '../push' } }),
    },
    {
      ...{ id: 'W14', what: '26 MB, refused before they are sent', is: '413 body-too-large', ...RIGHT },
      abuse: () => ({
        raw: `POST /webhooks/shop HTTP/1.1\r\nHost: caisson\r\nConnection: close\r\nContent-Length: ${26 * MB}\r\n\r\n`,
      }),
    },
    meaningless('W15', 'a branch that is an option of git', () =>
      JSON.stringify({ ...(JSON.parse(push()) as object), ref: 'refs/heads/--upload-pack=id' }),
    ),
    meaningless('W16', 'a signed body that is no JSON', () => `{"ref":${CANARY}`),
    meaningless('W17', 'a signed body of 100,000 levels', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    meaningless('W18', 'an event that nobody subscribed', push, { 'x-github-event': 'issues' }),
    {
      ...{ id: 'W19', what: 'a push of another repository, with an address to clone from', is: '202', records: true },
      abuse: (w) => delivery(w, { body: elsewhere() }),
      also: async ({ headers }, w) => {
        const rows = await w.caisson.query(`select 1 from event where correlation_id = $1 and type = 'RunRequested'`, [
          headers['x-request-id'],
        ]);
        return rows.length === 0;
      },
      ...{ twin: 'no deployment is bound to it: no run; what is bound gets one', works: 202 },
      right: (w) => delivery(w),
    },
    {
      ...{ id: 'W20', what: 'a callback at an address that was changed', is: '404 callback-not-found', ...CALLED },
      abuse: async (w) => callback(`${(await w.callback()).slice(0, -4)}AAAA`),
    },
    {
      ...{ id: 'W21', what: 'a callback at an address that was made up', is: '404 callback-not-found', ...CALLED },
      abuse: () => callback(`/webhooks/callbacks/${Buffer.from('["a","b"]').toString('base64url')}.AAAA`),
    },
    {
      ...{
        id: 'W22',
        what: 'a callback for the second time, with another message',
        is: '202',
        also: repeated,
        ...CALLED,
      },
      abuse: async (w) => {
        const path = await w.callback();
        await w.send(callback(path));
        return callback(path, { tests: 'red' });
      },
    },
    {
      ...{ id: 'W23', what: 'a callback with 100 kB to say', is: '413 body-too-large', ...CALLED },
      abuse: async (w) => callback(await w.callback(), { text: 'x'.repeat(100_000) }),
    },
    {
      ...{ id: 'W24', what: 'a callback with __proto__', is: '400 forbidden-key', ...CALLED },
      abuse: async (w) => callback(await w.callback(), '{"__proto__":{"tests":"green"}}'),
    },
  ],
};

function elsewhere(): string {
  const body = JSON.parse(pushBody({ repository: 'evil/shop', branch: 'main', commit: '1'.repeat(40) })) as object;
  return JSON.stringify({ ...body, clone_url: 'http://169.254.169.254/' });
}
