import { lacks } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { metricsInCode } from './metrics-page.js';
import { promtool, refusalOf, RULES_FOLDER, strayParts } from './promql.js';
import { read, repositoryFiles } from './repository.js';

const FOLDER = RULES_FOLDER;
const RULES = ['alerts.rules.yml', 'recording.rules.yml'];

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

describe.skipIf(lacks('prometheus'))('the rules for Prometheus', () => {
  it('are well formed', () => {
    expect(promtool('check', 'rules', ...RULES)).toBe('');
  });

  it('are found by the Prometheus of compose', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toBe('');
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
    expect(strayParts(RULES.map((file) => read(`${FOLDER}/${file}`)))).toEqual([]);
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
    expect(refusalOf(queries)).toBe('');
  });
});
