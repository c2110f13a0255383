import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanUnit } from '@caisson/contracts';
import { eventually, startSourceProcess } from '@caisson/testing';
import { unit, unitOn } from '../executor.harness.js';

/** A change of a world. */
export interface Effect {
  readonly what: string;
  readonly unitId: string;
  /** Who did it: a fencing token, or the process that the tool was. */
  readonly holder: number | string;
  /** The fencing token that it came with, where the world knows it. */
  readonly token?: number;
}

/** A world that keeps its own ledger, and what a run is to make in it. */
export interface CrashWorld {
  readonly units: readonly PlanUnit[];
  /** The unit whose attempt is watched. */
  readonly watched: string;
  /** Every effect so far, oldest first. */
  effects(deploymentId: string): Promise<readonly Effect[]>;
  /** Lets tools go on that wait. */
  open(): Promise<void>;
  close(): Promise<void>;
}

interface LedgerEntry {
  /** `deployment/run/unit`. */
  readonly actionKey: string;
  readonly fencingToken: number;
  readonly kind: string;
  readonly resourceType: string;
}

/** Two resources in the sandbox cloud. */
export class SandboxWorld implements CrashWorld {
  readonly watched = 'web';
  readonly units: readonly PlanUnit[];
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    this.units = [
      unitOn({ engine: 'sandbox', type: 'network' }, unit('network', { cidr: '10.0.0.0/24' })),
      unit('web', { network: '${network.outputs.id}', flavor: 'm1.small', image: 'ubuntu-24.04' }, ['network']),
    ];
  }

  async effects(deploymentId: string): Promise<readonly Effect[]> {
    const answer = await fetch(`${this.#url}/v1/ledger?deployment=${deploymentId}`);
    const { items } = (await answer.json()) as { items: readonly LedgerEntry[] };
    return items.map(({ actionKey, fencingToken, kind, resourceType }) => ({
      what: `${kind} ${resourceType}`,
      unitId: actionKey.split('/')[2] ?? '',
      holder: fencingToken,
      token: fencingToken,
    }));
  }

  open = async () => undefined;
  close = async () => undefined;
}

/** Where a Terraform run waits: before it writes the first line, or between the first and the second. */
export type Gate = 'first' | 'second';

/** One Terraform module of two resources. Each writes a line into a file, behind a gate. */
export class TerraformWorld implements CrashWorld {
  readonly watched = 'base';
  readonly units: readonly PlanUnit[];
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    const script = (name: Gate) =>
      `echo here >> ${directory}/at-${name}; ` +
      `for i in $(seq 600); do test -e ${directory}/go-${name} && break; sleep 0.05; done; ` +
      `echo ${name} $PPID >> ${directory}/ledger`;
    const files = {
      'main.tf': `
        resource "terraform_data" "first" {
          provisioner "local-exec" { command = "${script('first')}" }
        }
        resource "terraform_data" "second" {
          input = terraform_data.first.id
          provisioner "local-exec" { command = "${script('second')}" }
        }`,
    };
    this.units = [unitOn({ engine: 'terraform', type: 'module' }, unit('base', { source: { files }, variables: {} }))];
  }

  /** A world whose gates are open but for one. */
  static async create(closed?: Gate): Promise<TerraformWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'caisson-crash-'));
    for (const gate of ['first', 'second'] as const) {
      if (gate !== closed) await writeFile(join(directory, `go-${gate}`), '');
    }
    return new TerraformWorld(directory);
  }

  /** How many tools came to a gate so far. */
  async waiting(gate: Gate): Promise<number> {
    return (await this.#lines(`at-${gate}`)).length;
  }

  async effects(): Promise<readonly Effect[]> {
    const lines = (await this.#lines('ledger')).map((line) => line.split(' '));
    return lines.map(([what = '', holder = '']) => ({ what, holder, unitId: this.watched }));
  }

  async open(): Promise<void> {
    for (const gate of ['first', 'second']) await writeFile(join(this.#directory, `go-${gate}`), '');
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #lines(file: string): Promise<readonly string[]> {
    const text = await readFile(join(this.#directory, file), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }
}

/** A sandbox cloud on the test's database, in a process of its own. */
export async function startCloud(databaseUrl: string): Promise<{ readonly url: string; stop(): void }> {
  const source = new URL('../../../sandbox-cloud/src/start-sandbox-cloud.ts', import.meta.url);
  const code = `
    import { startSandboxCloud } from ${JSON.stringify(source.href)};
    const { url } = await startSandboxCloud({ databaseUrl: ${JSON.stringify(databaseUrl)} });
    process.stdout.write(url);`;
  const child = startSourceProcess(code, new URL('.', source));
  let url = '';
  child.stdout?.on('data', (said: Buffer) => (url += said.toString()));
  await eventually('the sandbox cloud', () => url !== '', 20_000);
  return { url, stop: () => void child.kill('SIGKILL') };
}
