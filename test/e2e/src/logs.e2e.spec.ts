import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@caisson/testing';
import { EmbeddedCaisson } from './embedded-caisson.js';

interface Line {
  readonly level: string;
  readonly service: string;
  readonly message: string;
  readonly logLevel?: string;
  readonly correlationId?: string;
  readonly tenantId?: string;
  readonly runId?: string;
  readonly taskId?: string;
}

const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };

let caisson: EmbeddedCaisson;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start({ CAISSON_LOG_LEVEL: 'warn' });
});
afterAll(() => caisson.stop());

/** Parses each: a line that is no JSON object fails the test. */
function lines(): readonly Line[] {
  return caisson.lines.map((line) => JSON.parse(line) as Line);
}

async function switchLevel(to: string): Promise<void> {
  const before = lines().length;
  process.kill(caisson.process.pid, 'SIGUSR2');
  await eventually(`the level ${to}`, () =>
    lines()
      .slice(before)
      .find(({ logLevel }) => logLevel === to),
  );
}

async function change(): Promise<string> {
  const { client } = caisson;
  const { run } = await client.createDeployment({ name: `n-${randomUUID()}`, autoApprove: true, resources: [NETWORK] });
  await client.waitForRun(run.id);
  return run.id;
}

it('a running process tells more on a signal, for all of its services, and less on the next', async () => {
  await change();
  expect(lines().filter(({ level }) => level === 'info' || level === 'debug')).toEqual([]);
  await switchLevel('debug');
  const runId = await change();
  const told = await eventually('all services to speak', () => {
    const found = lines();
    const services = new Set(found.map(({ service }) => service));
    return ['api', 'planner', 'executor'].every((name) => services.has(name)) ? found : undefined;
  });
  expect(told.some(({ level }) => level === 'debug')).toBe(true);
  const ofRun = told.filter((line) => line.runId === runId);
  expect(ofRun.length).toBeGreaterThan(0);
  expect(new Set(ofRun.map(({ tenantId }) => typeof tenantId))).toEqual(new Set(['string']));
  expect(new Set(ofRun.map(({ correlationId }) => correlationId)).size).toBe(1);
  await switchLevel('warn');
  const before = lines().length;
  await change();
  expect(
    lines()
      .slice(before)
      .filter(({ level }) => level === 'info' || level === 'debug'),
  ).toEqual([]);
});
