import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack, type DistributedStack } from '@caisson/local';
import { makeTemporaryDirectory } from './temporary-directory.js';

const DEPLOYMENTS = 20;
const LIMIT_MS = 300_000;

describe('twenty deployments at once, two planners and two executors', () => {
  let stack: DistributedStack;
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    stack = await startDistributedStack({
      directory: directory.path,
      durable: false,
      replicas: { planner: 2, executor: 2 },
    });
  }, 120_000);

  afterAll(async () => {
    await stack.stop();
    await directory.remove();
  });

  it(
    'applies each Terraform configuration once, as the world counts it',
    async () => {
      const world = join(directory.path, 'world.txt');
      const account = { username: 'admin', password: 'correct horse battery staple' };
      const anonymous = new CaissonClient({ url: stack.url });
      await anonymous.register({ ...account, bootstrapToken: stack.bootstrapToken });
      const client = new CaissonClient({ url: stack.url, token: (await anonymous.login(account)).access_token });
      const names = Array.from({ length: DEPLOYMENTS }, (_, index) => `app-${index}`);
      const created = await Promise.all(names.map((name) => client.createDeployment(countedDeployment(name, world))));
      const runs = await Promise.all(
        created.map(({ run }) =>
          client.waitForRun(run.id, { states: ['completed', 'failed', 'cancelled', 'rolled_back'], limitMs: LIMIT_MS }),
        ),
      );
      expect(runs.map(({ state }) => state)).toEqual(names.map(() => 'completed'));
      const effects = (await readFile(world, 'utf8')).trim().split('\n').sort();
      expect(effects).toEqual([...names].sort());
    },
    LIMIT_MS + 30_000,
  );
});

/** Its apply leaves one line in a file: the world outside all of our tables. */
function countedDeployment(name: string, world: string): object {
  const configuration = `
variable "name" { type = string }
variable "world" { type = string }
resource "terraform_data" "effect" {
  input = var.name
  provisioner "local-exec" {
    command = "echo $NAME >> $WORLD"
    environment = { NAME = var.name, WORLD = var.world }
  }
}
output "name" { value = terraform_data.effect.output }
`;
  return {
    name,
    autoApprove: true,
    resources: [
      {
        name: 'base',
        engine: 'terraform',
        type: 'module',
        properties: { source: { files: { 'main.tf': configuration } }, variables: { name, world } },
      },
    ],
    outputs: { name: '${base.outputs.name}' },
  };
}
