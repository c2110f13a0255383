import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AddressRules, isNetwork } from './address-rules.js';
import { GuardedProbes } from './guarded-probes.js';

let server: Server;
let port: number;
const heard: string[] = [];
const signal = new AbortController().signal;
const probesWith = (lists: { allow?: string[]; deny?: string[] }) =>
  new GuardedProbes(new AddressRules({ allow: [], deny: [], ...lists }));

beforeAll(async () => {
  server = createServer((request, response) => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.host ?? ''}`);
    response.writeHead(request.url === '/moved' ? 302 : 204, { location: 'http://169.254.169.254/' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('a URL', () => {
  it('is asked by its name at the address that was checked, and no redirect is followed', async () => {
    const probes = probesWith({});
    expect(await probes.status(`http://localhost:${port}/x?y=1`, signal)).toBe(204);
    expect(await probes.status(`http://127.0.0.1:${port}/moved`, signal)).toBe(302);
    expect(heard).toEqual([`GET /x?y=1 localhost:${port}`, `GET /moved 127.0.0.1:${port}`]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://100.100.100.200/',
    'http://224.0.0.1/',
  ])('%s is never asked, whatever is allowed', async (url) => {
    const probes = probesWith({ allow: ['0.0.0.0/0', '::/0'] });
    await expect(probes.status(url, signal)).rejects.toMatchObject({ code: 'probe-denied', retryable: false });
  });

  it.each([
    ['the metadata of clouds', ['169.254.169.254'], {}],
    ['it in IPv6', ['fd00:ec2::254'], {}],
    ['a good address and a bad one', ['127.0.0.1', '169.254.169.254'], {}],
    ['a private address that is denied', ['10.1.2.3'], { deny: ['10.0.0.0/8'] }],
    ['a private address that is not allowed', ['192.168.1.1'], { allow: ['127.0.0.0/8'] }],
  ])('whose name leads to %s is not asked, nor is such a port', async (_what, addresses, lists) => {
    const asked: string[] = [];
    const names = async (name: string) => {
      asked.push(name);
      return addresses;
    };
    const probes = new GuardedProbes(new AddressRules({ allow: [], deny: [], ...lists }), names);
    const before = heard.length;
    const denied = { code: 'probe-denied', retryable: false };
    await expect(probes.status(`http://innocent.example:${port}/`, signal)).rejects.toMatchObject(denied);
    await expect(probes.connect({ host: 'innocent.example', port }, signal)).rejects.toMatchObject(denied);
    expect(asked).toEqual(['innocent.example', 'innocent.example']);
    expect(heard).toHaveLength(before);
  });

  it('is asked at the address that was judged, though its name leads elsewhere the next time', async () => {
    let answers = 0;
    const names = async () => [['127.0.0.1'], ['169.254.169.254']][answers++] ?? [];
    const probes = new GuardedProbes(new AddressRules({ allow: [], deny: [] }), names);
    expect(await probes.status(`http://rebound.example:${port}/`, signal)).toBe(204);
    expect(answers).toBe(1);
    expect(heard.at(-1)).toBe(`GET / rebound.example:${port}`);
  });

  it('is kept to the lists, by address and not by name', async () => {
    const url = `http://localhost:${port}/`;
    await expect(probesWith({ deny: ['127.0.0.0/8', '::1'] }).status(url, signal)).rejects.toThrow(/localhost \(/);
    await expect(probesWith({ allow: ['10.0.0.0/8'] }).status(url, signal)).rejects.toThrow('may not be probed');
    expect(await probesWith({ allow: ['127.0.0.1', '::1'] }).status(url, signal)).toBe(204);
  });

  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'nothing', 'gopher://127.0.0.1'])('%s is none', async (url) => {
    await expect(probesWith({}).status(url, signal)).rejects.toMatchObject({ code: 'check-url-invalid' });
  });

  it('that does not answer is given up on the signal', async () => {
    const stop = new AbortController();
    const silent = createServer(() => stop.abort());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    await expect(probesWith({}).status(url, stop.signal)).rejects.toThrow();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('a port', () => {
  it('is connected to, unless the rules keep it away', async () => {
    await probesWith({}).connect({ host: '127.0.0.1', port }, signal);
    const denied = probesWith({ deny: ['127.0.0.0/8'] }).connect({ host: '127.0.0.1', port }, signal);
    await expect(denied).rejects.toMatchObject({ code: 'probe-denied' });
    await expect(probesWith({}).connect({ host: '127.0.0.1', port: 1 }, signal)).rejects.toThrow();
  });
});

it('takes networks and single addresses of both versions', () => {
  expect(['10.0.0.0/8', '::1', 'fd00::/8', '1.2.3.4'].every(isNetwork)).toBe(true);
  expect(['10.0.0.0/33', 'localhost', '::/129', '1.2.3.4/', '1.2.3', '1.2.3.4/8/8'].some(isNetwork)).toBe(false);
});
