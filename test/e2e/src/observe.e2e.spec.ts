import { startDistributedStack, type DistributedStack } from '@caisson/local';
import { eventually, lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory } from './temporary-directory.js';

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

  it('is watched process by process, by their names', async () => {
    const up = await eventually('all of them to be up', async () => {
      const { result } = await ask<{ result: { metric: { instance: string }; value: [number, string] }[] }>(
        `query?query=${encodeURIComponent('up{job="caisson"} == 1')}`,
      );
      return result.length === stack.services.size ? result : undefined;
    });
    expect(up.map(({ metric }) => metric.instance).sort()).toEqual([...stack.services.keys()].sort());
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
