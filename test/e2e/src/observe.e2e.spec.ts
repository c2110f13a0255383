import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack, type DistributedStack } from '@caisson/local';
import { eventually, lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory } from './temporary-directory.js';

const DASHBOARDS = join(import.meta.dirname, '../../../deploy/grafana/dashboards');
const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;

const MOVED_MS_MAX = 60_000;

interface Answer<Data> {
  readonly status: string;
  readonly data: Data;
}

interface Rule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly state?: string;
}

describe.skipIf(lacks('kafka') || lacks('redis') || lacks('prometheus'))('the stack with `--observe`', () => {
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let stack: DistributedStack;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    stack = await startDistributedStack({ directory: directory.path, durable: false, observe: {} });
  });
  afterAll(async () => {
    await stack.stop();
    await directory.remove();
  });

  async function ask<Data>(path: string): Promise<Data> {
    const response = await fetch(`${stack.prometheus?.url ?? ''}/api/v1/${path}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`Prometheus refused ${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  }

  async function logIn(): Promise<CaissonClient> {
    const anonymous = new CaissonClient({ url: stack.url });
    await anonymous.register({ ...ACCOUNT, bootstrapToken: stack.bootstrapToken });
    return new CaissonClient({ url: stack.url, token: (await anonymous.login(ACCOUNT)).access_token });
  }

  async function operate(client: CaissonClient): Promise<void> {
    const { run, deployment } = await client.createDeployment({
      ...{ name: `watched-${randomUUID()}`, autoApprove: true },
      resources: [{ name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } }],
    });
    await client.waitForRun(run.id);
    await client.waitForScan(await client.scan(deployment.id));
  }

  it('is watched process by process, by their names', async () => {
    const up = await eventually('all of them to be up', async () => {
      const { result } = await ask<{ result: { metric: { instance: string }; value: [number, string] }[] }>(
        `query?query=${encodeURIComponent('up{job="caisson"} == 1')}`,
      );
      return result.length === stack.services.size ? result : undefined;
    });
    expect(up.map(({ metric }) => metric.instance).sort()).toEqual([...stack.services.keys()].sort());
  });

  it('shows something in every panel of our dashboards while deployments come and are scanned', async () => {
    const client = await logIn();
    const queries = panelQueries();
    expect(queries.length).toBeGreaterThan(70);
    await eventually(
      'all panels to have data',
      async () => {
        await operate(client); // A series begins with its first value: only what comes after that is a rate.
        const empty: string[] = [];
        for (const { panel, expression } of queries) {
          const { result } = await ask<{ result: { value: [number, string] }[] }>(
            `query?query=${encodeURIComponent(expression)}`,
          );
          if (!result.some(({ value: [, value] }) => value !== 'NaN')) empty.push(`${panel}: ${expression}`);
        }
        if (empty.length > 0) throw new Error(`nothing to see in\n${empty.join('\n')}`);
        return true;
      },
      MOVED_MS_MAX,
    );
  });

  it('has all our rules, each can be evaluated, and none fires', async () => {
    const rules = await eventually('the rules to be evaluated', async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules');
      const all = groups.flatMap((group) => group.rules);
      return all.length > 0 && all.every(({ health }) => health !== 'unknown') ? all : undefined;
    });
    expect(rules.filter(({ type }) => type === 'alerting').length).toBeGreaterThan(20);
    expect(rules.filter(({ type }) => type === 'recording').length).toBeGreaterThan(15);
    expect(rules.filter(({ health, state }) => health !== 'ok' || state === 'firing')).toEqual([]);
  });
});

/** With what Grafana puts in. */
function panelQueries(): readonly { readonly panel: string; readonly expression: string }[] {
  return readdirSync(DASHBOARDS).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        panel: `${file} / ${title}`,
        expression: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.+'),
      })),
    );
  });
}
