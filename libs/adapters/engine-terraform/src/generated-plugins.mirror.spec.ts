import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { EngineFailure, type ResourceInput, type UnitInput } from '@caisson/engine';
import { appliedUnit, engineCall, eventually } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TerraformEngine } from './terraform-engine.js';
import { startTerraformWorld, type TerraformWorld } from './terraform-world.harness.js';

/** A folder with Terraform's aws plugin, unpacked. */
const MIRROR = process.env['CAISSON_TEST_PROVIDER_MIRROR'] ?? '';

const PLUGIN = { source: 'hashicorp/aws', version: '~> 5.0' };

const resource = (address: string, type: string, properties: ResourceInput['properties']): ResourceInput => ({
  ...{ address, type, properties, dependsOn: [], tags: { owner: 'shop' } },
});

const unitOf = (cidr: string, ...more: readonly ResourceInput[]): UnitInput => ({
  ...{ unitId: 'terraform.1', provider: 'aws', region: 'eu-west-1', plugin: PLUGIN },
  resources: [resource('net', 'aws_vpc', { cidr_block: cidr, tags: { cost: '7' } }), ...more],
});

describe('resources of a plugin', () => {
  let world: TerraformWorld;
  let engine: TerraformEngine;
  let cloud: ChildProcess;

  beforeAll(async () => {
    if (MIRROR === '') throw new Error('Set CAISSON_TEST_PROVIDER_MIRROR to a folder with the aws plugin, unpacked.');
    const port = await freePort();
    cloud = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const endpoint = `http://127.0.0.1:${port}`;
    await eventually(
      'the cloud to answer',
      () =>
        fetch(endpoint).then(
          ({ ok }) => ok,
          () => false,
        ),
      30_000,
    );
    world = await startTerraformWorld();
    engine = world.engineWith({
      providerMirrorDirectory: MIRROR,
      toolEnvironment: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    });
  }, 60_000);
  afterAll(async () => {
    cloud.kill();
    await world.stop();
  });

  it('are made in their region, with tags, changed in place, and removed', { timeout: 120_000 }, async () => {
    const call = engineCall();
    const subnet = resource('part', 'aws_subnet', { vpc_id: '${net.id}', cidr_block: '10.8.1.0/24' });
    const first = unitOf('10.8.0.0/16', subnet);
    expect(await engine.validate(first, call)).toEqual([]);
    const made = await engine.apply({ unit: first }, call);
    const [net, part] = ['net', 'part'].map((address) => made.resources.find((state) => state.address === address));
    expect(net?.outputs).toMatchObject({ tags: { owner: 'shop', cost: '7' } });
    expect(net?.outputs['arn']).toContain(':eu-west-1:');
    expect(part?.outputs['vpc_id']).toBe(net?.outputs['id']);
    const previous = appliedUnit(engine, first, made);
    const plan = await engine.plan({ unit: unitOf('10.9.0.0/16'), previous, unknowns: [], destroy: false }, call);
    expect(Object.fromEntries(plan.resources.map(({ action, address }) => [address, action]))).toEqual({
      ...{ net: 'replace', part: 'delete' },
    });
    await engine.destroy(first, call);
    expect(await engine.observe(first, call)).toEqual({ outcome: 'absent' });
  });

  it('that fail half-way say what was made, and go on from there or are removed', { timeout: 120_000 }, async () => {
    const call = engineCall();
    const parts = (cidr: string) =>
      unitOf('10.8.0.0/16', resource('part', 'aws_subnet', { vpc_id: '${net.id}', cidr_block: cidr }));
    const outside = parts('10.77.0.0/24'); // The cloud refuses it at the apply, when the network stands.
    const failure = await engine.apply({ unit: outside }, call).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineFailure);
    const { diagnostics, errorClass, partial } = failure as EngineFailure;
    expect(errorClass).toBe('permanent');
    expect(diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', address: 'part' }));
    expect(JSON.stringify(diagnostics)).toContain('10.77.0.0/24');
    const made = partial?.resources.filter(({ expected }) => Object.keys(expected).length > 0) ?? [];
    expect(made.map(({ address }) => address)).toEqual(['net']);
    const whole = await engine.apply({ unit: parts('10.8.7.0/24') }, call);
    const idOf = (states: typeof whole.resources, address: string) =>
      states.find((state) => state.address === address)?.outputs['id'];
    expect(idOf(whole.resources, 'net')).toBe(idOf(made, 'net')); // Not made twice.
    expect(idOf(whole.resources, 'part')).toMatch(/^subnet-/);
    await engine.destroy(outside, call);
    expect(await engine.observe(outside, call)).toEqual({ outcome: 'absent' });
  });

  it('with a wrong argument are told by resource and property', { timeout: 60_000 }, async () => {
    const wrong = unitOf('10.8.0.0/16', resource('part', 'aws_subnet', { vpc_id: '${net.id}', size: 3 }));
    const found = await engine.validate(wrong, engineCall({ fencingToken: 0 }));
    expect(found).toContainEqual(expect.objectContaining({ severity: 'error', address: 'part' }));
    expect(JSON.stringify(found)).toContain('size');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
