import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import { CANARY, idle, type AbuseWorld } from '../abuse-world.js';
import type { Answer } from '../wire.js';

const LIST = {
  ...{ twin: 'the list with a limit of 1', works: 200 },
  right: (w: AbuseWorld) => get('/deployments?limit=1', w.mia.token),
} as const;

const READ = {
  ...{ twin: 'the address as it is documented', works: 200 },
  right: (w: AbuseWorld) => get(`/deployments/${w.things.deployment}`, w.mia.token),
} as const;

type Words = readonly [id: string, what: string, third: string, fourth?: string];

/** A query that is refused. */
const query = (...[id, what, text, is = '400 invalid-parameter']: Words): AbuseRow => ({
  ...{ id, what, is, ...LIST },
  abuse: (w) => get(`/deployments?${text}`, w.mia.token),
});

/** A filter that is taken by its letters. */
const literal = (id: string, what: string, name: string): AbuseRow => ({
  ...{ id, what, is: '200' },
  abuse: (w) => get(`/deployments?name=${encodeURIComponent(name)}`, w.mia.token),
  also: ({ body }) => (body['items'] as readonly unknown[]).length === 0,
  ...{ twin: 'the name of a deployment', works: 200 },
  right: (w) => get('/deployments?name=shop', w.mia.token),
});

/** An address that is none. */
const path = (...[id, what, is, address = '']: Words): AbuseRow => ({
  ...{ id, what, is, ...READ },
  abuse: (w) => ({ path: address, token: w.mia.token }),
});

const tellsNobody = ({ headers }: Answer): boolean =>
  Object.keys(headers).every((name) => !name.startsWith('access-control-'));

const RAW = 'Host: caisson\r\nConnection: close\r\n';
const bearer = (w: AbuseWorld): string => `Authorization: Bearer ${w.mia.token}\r\n`;
const alive = 'GET /livez HTTP/1.1\r\nHost: caisson\r\nConnection: close\r\n\r\n';
const ALIVE = { twin: 'the same, written as HTTP', right: () => ({ raw: alive }), works: 200 } as const;
const LOGIN_START = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: caisson\r\nContent-Type: application/json\r\n';

/** Bytes that two servers could read in two ways: refused, and the connection ended, so that nothing follows. */
const bytes = (...[id, what, raw, is = '400 bad-request']: Words): AbuseRow => ({
  ...{ id, what, is, ...ALIVE },
  abuse: () => ({ raw }),
  also: ({ text }) => !/HTTP\/1\.1 \d/.test(text),
});

/** A change whose precondition is wrong. */
function changeIf(ifMatch: string): Pick<AbuseRow, 'abuse' | 'right' | 'twin' | 'works'> {
  const change = async (w: AbuseWorld, tagOf: (id: string) => Promise<string> | string) => {
    const { deployment, run } = await w.idle();
    await w.ask('POST', `/runs/${run}/cancel`);
    const tag = await tagOf(deployment);
    return {
      ...{ method: 'PATCH', ...get(`/deployments/${deployment}`, w.mia.token) },
      ...{ body: idle({ environment: 'staging' }), headers: tag === '' ? {} : { 'if-match': tag } },
    };
  };
  return {
    abuse: (w) => change(w, () => ifMatch),
    ...{ twin: 'the ETag that was read', works: 202 },
    right: (w) => change(w, (id) => w.etag(`/deployments/${id}`)),
  };
}

const WATCH = {
  ...{ twin: 'a live stream from the beginning', works: 200 },
  right: (w: AbuseWorld) => get('/events', w.mia.token, { isStream: true, headers: { 'last-event-id': '0' } }),
} as const;

/** Addresses, queries, methods and headers. */
export const ADDRESSES: AbuseTable = {
  subject: 'Addresses, methods and headers',
  rows: [
    query('A1', 'a limit that is no number', 'limit=abc'),
    query('A2', 'a limit below one', 'limit=-1'),
    query('A3', 'a limit of a billion', 'limit=1e9'),
    query('A4', 'a limit beyond all numbers', 'limit=9223372036854775808'),
    query('A5', 'a limit twice', 'limit=1&limit=200'),
    query('A6', 'a limit as a list', 'limit[]=1'),
    query('A7', 'a limit as an object', 'limit[__proto__]=1'),
    query('A8', '__proto__ as a parameter', '__proto__=1'),
    query('A9', 'an order by a column of the database', 'sort=password_hash'),
    query('A10', 'an order that is SQL', 'sort=id;drop%20table%20event'),
    query('A11', 'a status that is SQL', `status=completed'%20or%20'1'='1`),
    query('A12', 'a zero byte in a filter', 'name=%00'),
    query('A13', 'an escape that is no character', 'name=%ff'),
    query('A14', 'a tenant in the query', 'tenantId=acme'),
    query('A15', 'a method in the query', '_method=DELETE'),
    query('A16', 'a query of 10 kB', `name=${'a'.repeat(10_000)}`, '414 url-too-long'),
    query('A17', 'a cursor that is rubbish', 'cursor=%27%3B--'),
    literal('A18', 'a name that is SQL is a name', `x' or '1'='1`),
    literal('A19', 'a wildcard of SQL is a letter', 'sho%'),
    literal('A20', 'one letter of SQL is a letter', 'sho_'),
    literal('A21', 'a backslash at the end is a letter', 'shop\\'),
    literal('A22', 'a slow regular expression is a name', '(a+)+$'),
    path('A23', 'a path up from a deployment', '404 route-not-found', '/api/v1/deployments/../../../etc/passwd'),
    path('A24', 'a path up, escaped', '404 not-found', '/api/v1/deployments/..%2f..%2fmembers'),
    path('A25', 'a path up, escaped twice', '404 not-found', '/api/v1/deployments/%252e%252e%252fmembers'),
    path('A26', 'a path with two slashes', '404 route-not-found', '//api/v1//deployments'),
    path('A27', 'a path in capitals', '404 route-not-found', '/API/V1/DEPLOYMENTS'),
    path('A28', 'a path with a parameter behind a semicolon', '404 route-not-found', '/api/v1/deployments;x=1'),
    path('A29', 'a path that ends with a dot', '404 route-not-found', '/api/v1/deployments.'),
    path('A30', 'an id with a zero byte', '404 not-found', '/api/v1/deployments/%00'),
    path('A31', 'an id with a broken escape', '400 invalid-url', '/api/v1/deployments/%zz'),
    path('A32', 'an id in overlong UTF-8', '400 invalid-url', '/api/v1/deployments/%c0%af'),
    path('A33', 'an id of 10 kB', '414 url-too-long', `/api/v1/deployments/${'a'.repeat(10_000)}`),
    path('A34', 'an id that is SQL', '404 not-found', `/api/v1/deployments/1'%20or%20'1'='1`),
    path('A35', 'a file of the installation', '404 route-not-found', '/.env'),
    path('A36', 'the name of a credential that is a path', '404 not-found', '/api/v1/credentials/..%2fcloud'),
    {
      ...{ id: 'A37', what: 'X-HTTP-Method-Override on a POST deletes', is: '405 method-not-allowed', ...READ },
      abuse: (w) =>
        post(`/deployments/${w.things.deployment}`, undefined, w.mia.token, {
          headers: { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
        }),
      also: async (_answer, w) =>
        (await w.send(get(`/deployments/${w.things.deployment}`, w.mia.token))).status === 200,
    },
    {
      ...{ id: 'A38', what: 'TRACE, which would show headers', is: '405 method-not-allowed', ...READ },
      abuse: (w) => ({ method: 'TRACE', ...get('/auth/me', w.mia.token) }),
      also: ({ text }, w) => !text.includes(w.mia.token),
    },
    {
      ...{ id: 'A39', what: 'a method that is not there', is: '405 method-not-allowed', ...LIST },
      abuse: (w) => ({ method: 'PUT', ...get('/deployments', w.mia.token), body: idle() }),
      also: ({ headers }) => headers['allow']?.includes('POST') === true,
    },
    {
      ...{ id: 'A40', what: 'a preflight of a page of somebody else', is: '405 method-not-allowed', ...READ },
      abuse: () => ({
        ...{ method: 'OPTIONS', ...get('/deployments') },
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      }),
      also: tellsNobody,
    },
    {
      ...{ id: 'A41', what: 'the origin null may read', is: '200', ...LIST },
      abuse: (w) => get('/deployments?limit=1', w.mia.token, { headers: { origin: 'null' } }),
      also: tellsNobody,
    },
    {
      ...{ id: 'A42', what: 'a cookie is a credential', is: '401 token-missing', ...LIST },
      abuse: (w) => get('/deployments', undefined, { headers: { cookie: `access_token=${w.mia.token}` } }),
    },
    {
      ...{ id: 'A43', what: 'a Host of the attacker gets into addresses', is: '202', records: true },
      abuse: (w) =>
        post('/deployments', idle(), w.mia.token, {
          headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
        }),
      also: ({ headers, text }) =>
        headers['location']?.startsWith('/api/v1/') === true && !text.includes('evil.example'),
      ...{
        twin: 'addresses are relative for everybody',
        right: (w) => post('/deployments', idle(), w.mia.token),
        works: 202,
      },
    },
    {
      ...{ id: 'A44', what: 'a Host of the attacker gets into the links of a list', is: '200', ...LIST },
      abuse: (w) => get('/deployments?limit=1', w.mia.token, { headers: { host: 'evil.example' } }),
      also: ({ headers, text }) => !`${headers['link'] ?? ''}${text}`.includes('evil.example'),
    },
    {
      ...{ id: 'A45', what: 'X-Original-URL names another address', is: '200', ...LIST },
      abuse: (w) => get('/deployments?limit=1', w.mia.token, { headers: { 'x-original-url': '/api/v1/members' } }),
      also: ({ body }) => !JSON.stringify(body).includes('"role"'),
    },
    {
      ...{ id: 'A46', what: 'a tenant in a header', is: '200', ...LIST },
      abuse: (w) =>
        get('/deployments?name=shop', w.eve.token, { headers: { 'x-tenant-id': 'default', 'x-tenant': 'default' } }),
      also: ({ body }) => (body['items'] as readonly unknown[]).length === 0,
    },
    {
      ...{ id: 'A47', what: 'X-Request-Id with an escaped line break and a header', is: '200', ...LIST },
      abuse: (w) => get('/deployments', w.mia.token, { headers: { 'x-request-id': 'a%0d%0aSet-Cookie: a=b' } }),
      also: ({ headers }) =>
        headers['set-cookie'] === undefined && /^[0-9a-f-]{36}$/.test(headers['x-request-id'] ?? ''),
    },
    {
      ...{ id: 'A48', what: 'X-Request-Id with terminal escapes', is: '400 bad-request', ...LIST },
      abuse: (w) => ({
        raw: `GET /api/v1/deployments HTTP/1.1\r\n${RAW}${bearer(w)}X-Request-Id: \u001b[2J${CANARY}\r\n\r\n`,
      }),
    },
    {
      ...{ id: 'A49', what: 'If-Match is missing', is: '428 precondition-required', ...changeIf('') },
    },
    { ...{ id: 'A50', what: 'If-Match names any version (*)', is: '412 precondition-failed', ...changeIf('*') } },
    {
      ...{
        id: 'A51',
        what: 'If-Match names an old version',
        is: '412 deployment-version-conflict',
        ...changeIf('"0"'),
      },
    },
    { ...{ id: 'A52', what: 'If-Match is a weak tag', is: '412 precondition-failed', ...changeIf('W/"1"') } },
    { ...{ id: 'A53', what: 'If-Match is a list', is: '412 precondition-failed', ...changeIf('"1", "2", "3"') } },
    {
      ...{ id: 'A54', what: 'Last-Event-ID is rubbish', is: '400 invalid-header', ...WATCH },
      abuse: (w) => get('/events', w.mia.token, { headers: { 'last-event-id': `1' or '1'='1` } }),
    },
    {
      ...{ id: 'A55', what: 'Last-Event-ID is below zero', is: '400 invalid-header', ...WATCH },
      abuse: (w) => get('/events', w.mia.token, { headers: { 'last-event-id': '-1' } }),
    },
    {
      ...{ id: 'A56', what: 'Last-Event-ID is ahead of all events', is: '400 live-position-unknown', ...WATCH },
      abuse: (w) => get('/events', w.mia.token, { headers: { 'last-event-id': '999999999999999' } }),
    },
    {
      ...{ id: 'A57', what: 'a live stream with the token in the query', is: '401 token-missing', ...WATCH },
      abuse: (w) => get(`/events?access_token=${w.mia.token}`),
    },
    {
      ...{ id: 'A58', what: 'a live stream of a type that is a pattern', is: '400 invalid-parameter', ...WATCH },
      abuse: (w) => get('/events?type=*', w.mia.token),
    },
    bytes(
      'A59',
      'Content-Length and Transfer-Encoding',
      `${LOGIN_START}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${alive}`,
    ),
    bytes('A60', 'two lengths', `${LOGIN_START}Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello${alive}`),
    bytes('A61', 'a length below zero', `${LOGIN_START}Content-Length: -1\r\n\r\n${alive}`),
    bytes('A62', 'a length with a sign', `${LOGIN_START}Content-Length: +5\r\n\r\nhello${alive}`),
    bytes(
      'A63',
      'a transfer encoding that nearly is chunked',
      `${LOGIN_START}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${alive}`,
    ),
    bytes('A64', 'a blank before the colon', `${LOGIN_START}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${alive}`),
    bytes(
      'A65',
      'a chunk of a size that overflows',
      `${LOGIN_START}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${alive}`,
    ),
    bytes(
      'A66',
      'a header that goes on in the next line',
      `GET /livez HTTP/1.1\r\nHost: caisson\r\nX-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n`,
    ),
    bytes('A67', 'lines that end with a bare line feed', 'GET /livez HTTP/1.1\nHost: caisson\n\n'),
    bytes('A68', 'a carriage return in a header', `GET /livez HTTP/1.1\r\nHost: caisson\r\nX-A: 1\rX-B: 2\r\n\r\n`),
    bytes('A69', 'no Host', 'GET /livez HTTP/1.1\r\n\r\n'),
    bytes('A70', 'a zero byte in a header', `GET /livez HTTP/1.1\r\nHost: caisson\r\nX-A: a\u0000b\r\n\r\n`),
    bytes('A71', 'HTTP/2 without agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    bytes(
      'A72',
      'headers of 20 kB',
      `GET /livez HTTP/1.1\r\nHost: caisson\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
      '431 headers-too-large',
    ),
    bytes(
      'A73',
      '3,000 headers',
      `GET /livez HTTP/1.1\r\nHost: caisson\r\n${'A: b\r\n'.repeat(3_000)}\r\n`,
      '431 headers-too-large',
    ),
    bytes('A74', 'two Hosts', `GET /livez HTTP/1.1\r\nHost: caisson\r\nHost: evil.example\r\n\r\n`),
  ],
};
