import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacks } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { metricsInCode } from './metrics-page.js';
import { read, repositoryFiles, ROOT } from './repository.js';

const FOLDER = 'deploy/prometheus';
const RULES = ['alerts.rules.yml', 'recording.rules.yml'];

/** Metrics of the process itself, which the client library makes. */
const OF_THE_PROCESS = new Set(['nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total', 'up']);

interface Alert {
  readonly name: string;
  readonly severity: string;
  readonly runbook: string;
}

function alerts(): readonly Alert[] {
  const pattern = /- alert: (\w+)[^]*?severity: (\w+)[^]*?runbook_url: (\S+)/g;
  return [...read(`${FOLDER}/alerts.rules.yml`).matchAll(pattern)].map(
    ([, name = '', severity = '', runbook = '']) => ({
      ...{ name, severity, runbook },
    }),
  );
}

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: join(ROOT, FOLDER), encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

describe.skipIf(lacks('prometheus'))('the rules for Prometheus', () => {
  it('are well formed', () => {
    expect(promtool('check', 'rules', ...RULES)).toBe('');
  });

  it('fire when they should and are quiet when not', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toBe('');
  });
});

describe('the alerts', () => {
  it('have each a firing and a quiet case', () => {
    const cases = read(`${FOLDER}/alerts.test.yml`);
    const untested = alerts().filter(
      ({ name }) => !['fires', 'is quiet'].every((end) => cases.includes(`${name} ${end}`)),
    );
    expect(alerts().length).toBeGreaterThan(20);
    expect(untested).toEqual([]);
  });

  it('are of metrics that the code has, with the labels that they have', () => {
    const labels = new Map(metricsInCode().map((metric) => [metric.name, new Set(['instance', ...metric.labels])]));
    const astray: string[] = [];
    const used = RULES.flatMap((file) => [...read(`${FOLDER}/${file}`).matchAll(/\b([a-z]+_\w+|up)(?:\{([^}]*)\})?/g)]);
    for (const [whole, name = '', matchers = ''] of used) {
      if (!/^(caisson_|nodejs_|process_)/.test(name) || OF_THE_PROCESS.has(name)) continue;
      const known = labels.get(name.replace(/_(bucket|count|sum)$/, ''));
      const names = [...matchers.matchAll(/(\w+)(?:=|!|~)/g)].map(([, label = '']) => label);
      if (known === undefined || names.some((label) => label !== 'le' && !known.has(label))) astray.push(whole);
    }
    expect(astray).toEqual([]);
  });

  it('name each a runbook that is there and lists them, and no runbook is for nothing', () => {
    const index = read('docs/runbooks/README.md');
    const named = new Set(alerts().map(({ runbook }) => runbook));
    const files = repositoryFiles().filter((path) => /^docs\/runbooks\/(?!README)/.test(path));
    expect([...named].sort()).toEqual([...files].sort());
    expect(
      alerts().filter(
        ({ name, severity }) => !index.includes(`| \`${name}\``) || !/^(critical|warning)$/.test(severity),
      ),
    ).toEqual([]);
  });
});

describe('the runbooks', () => {
  it('ask only for metrics that the code has', () => {
    const names = new Set(metricsInCode().map(({ name }) => name));
    const asked = repositoryFiles()
      .filter((path) => path.startsWith('docs/runbooks/'))
      .flatMap((path) => read(path).match(/\bcaisson_[a-z_]+/g) ?? [])
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  it('hold queries that Prometheus can read', ({ skip }) => {
    if (lacks('prometheus')) skip();
    const queries = repositoryFiles()
      .filter((path) => path.startsWith('docs/runbooks/'))
      .flatMap((path) => [...read(path).matchAll(/^promtool query instant "\$PROMETHEUS" '(.+)'$/gm)])
      .map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThan(20);
    const folder = mkdtempSync(join(tmpdir(), 'caisson-runbooks-'));
    try {
      const rules = queries.map((query, place) => ({ record: `runbook:query:${place}`, expr: query }));
      const file = join(folder, 'queries.yml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'runbooks', rules }] })); // JSON is YAML.
      expect(promtool('check', 'rules', file)).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
