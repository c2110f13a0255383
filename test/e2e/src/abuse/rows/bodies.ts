import { gzipSync } from 'node:zlib';
import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import { CANARY, idle, withResource, type AbuseWorld } from '../abuse-world.js';

const RIGHT = {
  ...{ twin: 'the body as it should be', works: 202 },
  right: (w: AbuseWorld) => post('/deployments', idle(), w.mia.token),
} as const;

const TEXT = JSON.stringify(idle());

type Words = readonly [id: string, what: string, is: string];
type Headers = Readonly<Record<string, string>>;

/** A body that is refused as a whole. */
const body = (...[id, what, is, content]: readonly [...Words, content: unknown]): AbuseRow => ({
  ...{ id, what, is, ...RIGHT },
  abuse: (w) => post('/deployments', content, w.mia.token),
});

/** Properties of a resource, written as JSON text. */
const properties = (text: string): string => {
  const resource = `{"name":"a","engine":"sandbox","type":"network","properties":${text}}`;
  return `{"name":"idle","autoPlan":false,"resources":[${resource}]}`;
};

/** A body whose bytes are not what the headers say, or say nothing that is understood. */
const typed = (...[id, what, is, headers, content]: readonly [...Words, Headers, content: unknown]): AbuseRow => ({
  ...{ id, what, is, ...RIGHT },
  abuse: (w) => post('/deployments', content, w.mia.token, { headers }),
});

const GZIP = { 'content-encoding': 'gzip' };
const BOMB_BYTES = 100 * 1_048_576;

/** A property that changes nothing: what a resource is asked with and what the API shows. */
const kept = (id: string, what: string, text: string): AbuseRow => ({
  ...{ id, what, is: '202', records: true, ...RIGHT },
  abuse: (w) => post('/deployments', withResource({ properties: { text } }), w.mia.token),
  also: async ({ body: answer }, w) => {
    const { id: deployment } = answer['deployment'] as { readonly id: string };
    const read = await w.send(get(`/deployments/${deployment}`, w.mia.token));
    const { resources } = read.body['desired'] as { resources: { properties: { text: string } }[] };
    return resources[0]?.properties.text === text;
  },
});

/** What bodies hold. */
export const BODIES: AbuseTable = {
  subject: 'Bodies',
  rows: [
    body('B1', 'half of a JSON text', '400 invalid-json', '{"name":'),
    body('B2', 'no body', '400 invalid-request', ''),
    body('B3', 'null', '400 invalid-request', 'null'),
    body('B4', 'a list', '400 invalid-request', '[]'),
    body('B5', 'two JSON texts, one after the other', '400 invalid-json', `${TEXT}${TEXT}`),
    body('B6', 'JSON with comments', '400 invalid-json', `{/* ${CANARY} */}`),
    body('B7', 'JSON with NaN', '400 invalid-json', properties('{"x":NaN}')),
    body('B8', 'a key twice, the second one hostile', '400 duplicate-key', TEXT.replace('{', '{"name":"idle",')),
    body('B9', 'a key twice, the second time escaped', '400 duplicate-key', TEXT.replace('{', '{"n\\u0061me":"a",')),
    body('B10', '__proto__ as a key', '400 forbidden-key', properties('{"__proto__":{"polluted":1}}')),
    body('B11', '__proto__ as an escaped key', '400 forbidden-key', properties('{"\\u005f_proto__":{"polluted":1}}')),
    body('B12', 'constructor.prototype', '400 forbidden-key', properties('{"constructor":{"prototype":{"x":1}}}')),
    body('B13', 'toString as a key', '400 forbidden-key', properties('{"toString":1}')),
    body('B14', '__proto__ at the top', '400 forbidden-key', TEXT.replace('{', '{"__proto__":{"role":"admin"},')),
    body('B15', 'a zero byte in a text', '400 invalid-text', properties('{"x":"a\\u0000b"}')),
    body('B16', 'half of a surrogate pair', '400 invalid-text', properties('{"x":["\\ud800"]}')),
    body('B17', 'bytes that are not UTF-8', '400 invalid-json', Buffer.from([...Buffer.from('{"name":"'), 0xc3, 0x28])),
    body('B18', '33 levels', '400 json-too-deep', properties(`${'['.repeat(33)}${']'.repeat(33)}`)),
    body('B19', '100,000 levels', '400 json-too-deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    body('B20', 'a list of 100,000', '400 json-too-big', properties(`{"x":[${'1,'.repeat(99_999)}1]}`)),
    body('B21', 'an object of 5,000 keys', '400 json-too-big', properties(manyKeys(5_000))),
    body('B22', 'a text of 100,000 characters', '400 json-too-big', properties(`{"x":"${'x'.repeat(100_000)}"}`)),
    body('B23', '300 kB', '413 body-too-large', properties(`{"x":"${'x'.repeat(300_000)}"}`)),
    body('B24', 'a number beyond what can be kept exactly', '400 invalid-number', properties('{"x":9007199254740993}')),
    body('B25', 'a number beyond all numbers', '400 invalid-number', properties('{"x":1e400}')),
    body(
      'B26',
      '2^63 copies',
      '400 invalid-number',
      JSON.stringify(withResource({})).replace('}]', ',"count":9223372036854775808}]'),
    ),
    body('B27', 'minus one copy', '400 invalid-request', withResource({ count: -1 })),
    body('B28', 'half a copy', '400 invalid-request', withResource({ count: 1.5 })),
    body('B29', 'copies as text', '400 invalid-request', withResource({ count: '2' })),
    body('B30', 'a name of letters that only look like others', '400 invalid-request', idle({ name: 'shоp' })),
    body('B31', 'a name that turns the direction of reading', '400 invalid-request', idle({ name: 'shop\u202etxt' })),
    body('B32', 'a name with a space of no width', '400 invalid-request', idle({ name: 'sh\u200bop' })),
    body('B33', 'a name that is a path', '400 invalid-request', idle({ name: '../../etc/passwd' })),
    body('B34', 'a name that is an option', '400 invalid-request', idle({ name: '--upload-pack=x' })),
    body(
      'B35',
      'a name with a line break and a log line of its own',
      '400 invalid-request',
      idle({ name: forgedLine() }),
    ),
    body(
      'B36',
      'a name that makes a regular expression slow',
      '400 invalid-request',
      idle({ name: `${'a'.repeat(60_000)}!` }),
    ),
    body('B37', 'a resource that needs itself', '422 desired-state-invalid', withResource({ dependsOn: ['network'] })),
    body(
      'B38',
      'a reference to what every object has',
      '422 desired-state-invalid',
      withResource({ properties: { x: '${constructor.name}' } }),
    ),
    body(
      'B39',
      'a reference that is a program',
      '422 desired-state-invalid',
      withResource({ properties: { x: '${network.constructor("return process")()}' } }),
    ),
    body(
      'B40',
      'a reference that makes its parser slow',
      '422 desired-state-invalid',
      withResource({ properties: { x: `\${${'a.'.repeat(200)}}` } }),
    ),
    body(
      'B41',
      'a push from a repository that is an option',
      '400 invalid-request',
      idle({ triggers: [{ kind: 'push', repository: '--upload-pack=x' }] }),
    ),
    body('B42', 'a check of a file', '422 desired-state-invalid', withCheck('file:///etc/passwd')),
    body('B43', 'a check of an address of git', '422 desired-state-invalid', withCheck('ext::sh -c id')),
    kept(
      'B44',
      'a text that is a template of many languages stays text',
      '{{7*7}} <%= 7*7 %> {{constructor.constructor("x")()}}',
    ),
    kept('B45', 'HTML, terminal escapes and SQL stay text', '<script>\u001b]8;;x\u0007"; drop table event; --'),
    typed('B46', 'XML', '415 unsupported-media-type', { 'content-type': 'text/xml' }, '<x/>'),
    typed(
      'B47',
      'a form',
      '415 unsupported-media-type',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'name=x',
    ),
    typed(
      'B48',
      'JSON that is said to be UTF-16',
      '415 unsupported-media-type',
      { 'content-type': 'application/json; charset=utf-16' },
      TEXT,
    ),
    typed('B49', 'JSON of no type', '415 unsupported-media-type', { 'content-type': '' }, TEXT),
    typed(
      'B50',
      'JSON as plain text, which needs no preflight',
      '415 unsupported-media-type',
      { 'content-type': 'text/plain' },
      TEXT,
    ),
    typed('B51', 'a body in gzip', '415 unsupported-media-type', GZIP, gzipSync(TEXT)),
    typed('B52', '100 MB in 100 kB of gzip', '415 unsupported-media-type', GZIP, gzipSync(Buffer.alloc(BOMB_BYTES))),
    typed('B53', 'what is no gzip', '415 unsupported-media-type', GZIP, 'not gzip'),
    {
      ...{ id: 'B54', what: 'a body where none is read', is: '400 invalid-request' },
      abuse: (w) => post('/auth/logout', { all: true }, w.viewer.token),
      ...{ twin: 'none', works: 204 },
      right: async (w) => post('/auth/logout', undefined, (await w.logIn('vic')).access_token),
    },
    {
      ...{ id: 'B55', what: 'a credential named LD_PRELOAD', is: '400 invalid-request' },
      abuse: (w) => credential(w.mia.token, { LD_PRELOAD: `/tmp/${CANARY}.so` }),
      ...{ twin: 'a credential named AWS_REGION', works: 200 },
      right: (w) => credential(w.mia.token, { AWS_REGION: 'eu-central-1' }),
    },
    {
      ...{ id: 'B56', what: 'a credential named TF_CLI_ARGS', is: '400 invalid-request' },
      abuse: (w) => credential(w.mia.token, { TF_CLI_ARGS: `-var-file=/tmp/${CANARY}` }),
      ...{ twin: 'a credential named TF_VAR_region', works: 200 },
      right: (w) => credential(w.mia.token, { TF_VAR_region: 'eu-central-1' }),
    },
    {
      ...{ id: 'B57', what: 'a credential whose name is two variables', is: '400 invalid-request' },
      abuse: (w) => credential(w.mia.token, { 'A=b\nB': `${CANARY}-value` }),
      ...{ twin: 'one variable', right: (w) => credential(w.mia.token, { A: 'long enough' }), works: 200 },
    },
    {
      ...{ id: 'B58', what: 'a credential that is read back', is: '200' },
      abuse: (w) => get('/credentials/cloud', w.mia.token),
      also: ({ body: answer }) => !('values' in answer) && Array.isArray(answer['variables']),
      ...{ twin: 'its names are told, never a value', right: (w) => get('/credentials', w.mia.token), works: 200 },
    },
    {
      ...{ id: 'B59', what: 'a plan shows the password in the address of a check', is: '200' },
      abuse: async (w) => {
        const resources = withCheck(`https://mia:${CANARY}@shop.example/?t=${CANARY}`)['resources'];
        const body = { name: 'checked', resources };
        const { run } = await w.ask<{ run: { id: string } }>('POST', '/deployments', body);
        return get(`/runs/${await w.planned(run.id)}/plan`, w.mia.token);
      },
      also: ({ text }) => text.includes('shop.example') && !text.includes(CANARY),
      ...{ twin: 'it shows the rest of the address', works: 200 },
      right: (w) => get(`/runs/${w.things.run}/plan`, w.mia.token),
    },
  ],
};

function manyKeys(count: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])));
}

function forgedLine(): string {
  return `x\n{"level":"error","message":"${CANARY} forged"}`;
}

function withCheck(url: string) {
  return withResource({ checks: [{ kind: 'http', url }] });
}

const credential = (token: string, values: Record<string, string>) => ({
  ...{ method: 'PUT', body: { values } },
  ...get('/credentials/abused', token),
});
