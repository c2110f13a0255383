import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { composeComplaints, composeProgram } from './compose-check.js';
import { read, repositoryFiles, ROOT } from './repository.js';

const FIVE = ['api', 'planner', 'executor', 'drift-detector', 'webhook-ingest'];
const INFRASTRUCTURE = ['postgres', 'kafka', 'redis'];
const WATCHERS = ['prometheus', 'grafana'];

const Service = z.object({
  image: z.string().regex(/^[\w./-]+:[\w.-]+$/, 'names its version'),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).default([]) }),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});

const text = read('docker-compose.yml');
const { services } = z.object({ services: z.record(z.string(), Service) }).parse(parse(text, { merge: true }));
const serviceOf = (name: string) => Service.parse(services[name]);

describe('docker-compose.yml', () => {
  it('has the five services, what they stand on, who watches them and the sandbox cloud', () => {
    const all = [...FIVE, ...INFRASTRUCTURE, ...WATCHERS, 'sandbox-cloud', 'secrets'];
    expect(Object.keys(services).sort()).toEqual(all.sort());
  });

  it.each(FIVE)('starts %s from its program, and asks it whether it is ready', (name) => {
    const service = serviceOf(name);
    expect(service.command).toEqual([`apps/${name}/dist/main.js`]);
    expect(existsSync(join(ROOT, `apps/${name}/src/main.ts`)), `apps/${name}/src/main.ts`).toBe(true);
    expect(service.healthcheck.test.at(-1)).toMatch(/:8080\/readyz$/);
    for (const needed of INFRASTRUCTURE) expect(service.depends_on[needed]?.condition).toBe('service_healthy');
  });

  it.each(FIVE)('gives %s settings that the code knows', (name) => {
    const sources = repositoryFiles().filter((path) => /^(apps|libs)\/.*(?<!\.spec)\.ts$/.test(path));
    const code = sources.map(read).join('\n');
    const members = Object.keys(serviceOf(name).environment).map(memberOf);
    expect(members.filter((member) => !new RegExp(`\\b${member}:`).test(code))).toEqual([]);
  });

  it('lets Prometheus ask each of the five, and Grafana ask Prometheus', () => {
    const scraped = z
      .object({
        scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
      })
      .parse(parse(read('deploy/prometheus/prometheus.yml')));
    const targets = scraped.scrape_configs.flatMap(({ static_configs: all }) => all.flatMap((one) => one.targets));
    expect(targets.sort()).toEqual(FIVE.map((name) => `${name}:8080`).sort());
    expect(read('deploy/grafana/provisioning/datasources/prometheus.yml')).toContain('url: http://prometheus:9090\n');
    const { volumes } = serviceOf('grafana');
    const dashboards = volumes.find((volume) => volume.startsWith('./deploy/grafana/dashboards:'))?.split(':')[1];
    expect(read('deploy/grafana/provisioning/dashboards/caisson.yml')).toContain(`path: ${dashboards}\n`);
    const runbooks = volumes.find((volume) => volume.startsWith('./docs/runbooks:'))?.split(':')[1];
    expect(read('deploy/grafana/dashboards/caisson-overview.json')).toContain(
      `"query": "${runbooks?.replace('/usr/share/grafana', '')}"`,
    );
  });

  it('mounts files that exist', () => {
    const mounted = Object.values(services).flatMap((service) => service.volumes);
    const files = mounted.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? '');
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe.skipIf(lacks('go'))('docker compose itself', () => {
  let program: string;
  let folder: string;

  beforeAll(() => {
    program = composeProgram();
    folder = mkdtempSync(join(tmpdir(), 'caisson-compose-file-'));
  }, 320_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('accepts the file', () => {
    expect(composeComplaints(program, join(ROOT, 'docker-compose.yml'))).toBe('');
  });

  it.each([
    ['an unknown key', /^ {4}command: \[apps\/api.*$/m, '    comand: [apps/api/dist/main.js]'],
    ['an unknown condition', /service_healthy/, 'service_healty'],
    ['a dependency that is not there', /^ {4}redis:$/m, '    redys:'],
    ['a volume that is not declared', /^ {2}kafka:$(?![\s\S]*^ {2}kafka:$)/m, '  other:'],
    ['a bad duration', /interval: 5s/, 'interval: soon'],
    ['a bad port', /127\.0\.0\.1:8080:8080/, '127.0.0.1:8080:http'],
  ])('refuses %s', (_what, pattern, replacement) => {
    const broken = text.replace(pattern, replacement);
    expect(broken).not.toBe(text);
    const file = join(folder, 'broken.yml');
    writeFileSync(file, broken);
    expect(composeComplaints(program, file)).not.toBe('');
  });
});

it('says loudly when docker compose could not be asked', () => {
  if (lacks('go'))
    process.stderr.write('!!! go is not on this machine: docker-compose.yml was checked by structure only.\n');
});

/** `CAISSON_DATABASE_URL_FILE` → `databaseUrl`. */
function memberOf(variable: string): string {
  const words = variable
    .replace(/^CAISSON_/, '')
    .replace(/_FILE$/, '')
    .toLowerCase();
  return words.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
