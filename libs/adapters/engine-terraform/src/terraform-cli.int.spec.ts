import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineCall, systemClock, unitOf } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failureOf } from './failures.js';
import { StateCredentials } from './state-backend/state-credentials.js';
import { TerraformCli } from './terraform-cli.js';
import { readLayout } from './unit-layout.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caisson-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script in the place of Terraform. */
function runInPlace(script: string) {
  const binary = join(folder, 'terraform');
  writeFileSync(binary, `#!/bin/sh\n${script}\n`);
  chmodSync(binary, 0o700);
  const directory = join(folder, 'unit');
  mkdirSync(directory, { recursive: true });
  const registry = { register: async () => undefined, forget: async () => undefined, olderThan: async () => [] };
  const cli = new TerraformCli({
    ...{ binary, registry, dataDirectory: folder, stateAddress: 'http://127.0.0.1:1', environment: process.env },
    ids: { next: () => randomUUID() },
    credentials: new StateCredentials([{ id: 'k', key: new Uint8Array(32) }], systemClock),
    limits: { graceMs: 300 },
  });
  const reading = readLayout(unitOf('u', 'data', {}), 'change');
  if (reading.outcome === 'refused') throw new Error('the unit is fine');
  const session = { call: engineCall(), unitId: 'u', directory, layout: reading.layout };
  return cli.run({ ...session, mode: 'write' }, { args: ['apply'], acting: true });
}

const context = { code: 'apply-failed', doing: 'apply', acting: true };

it('fails clearly when the tool leaves a daemon, whatever exit code it gives', async () => {
  const result = await runInPlace('setsid sleep 604 </dev/null >/dev/null 2>&1 & sleep 0.3; exit 0');
  expect(result.code).not.toBe(0);
  expect(failureOf(result, context)).toMatchObject({ code: 'tool-left-processes', errorClass: 'permanent' });
});

it('fails clearly when the tool prints without end and ignores that it is told to stop', async () => {
  const result = await runInPlace(`trap '' INT TERM; yes`);
  expect(failureOf(result, context)).toMatchObject({ code: 'tool-output-limit', errorClass: 'unknown' });
});
