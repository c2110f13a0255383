import { collect, readDesiredState } from '@caisson/client';
import type { Command } from 'commander';
import { openCall, type Verb } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { findByName, findDeployment } from '../find.js';
import { carryThrough, type Approval } from '../follow.js';
import { fields, printList, printOne } from '../output.js';

const DEPLOYMENT = 'id or name of a deployment';

/** What a deployment is asked for. */
export const DEPLOYMENT_VERBS: readonly Verb[] = [
  {
    noun: 'deployment',
    verb: 'up',
    short: 'up',
    define: (command, terminal) =>
      approvable(command)
        .argument('<file>', 'the desired state, as YAML or JSON')
        .description('bring the world to what a file says: create the deployment, or change it')
        .action(async (file: string, options: Approval) => {
          const call = await openCall(terminal, command);
          const desired = await readDesiredState(file);
          const existing = await findByName(call.client, String(desired['name']));
          const { deployment, run } =
            existing === undefined
              ? await call.client.createDeployment(desired)
              : await call.client.changeDeployment(existing.id, desired);
          if (!call.isQuiet) terminal.note(`deployment ${deployment.name} (${deployment.id}), run ${run.id}`);
          await carryThrough(call, run.id, options);
        }),
  },
  {
    noun: 'deployment',
    verb: 'list',
    short: 'deployments',
    define: (command, terminal) =>
      command
        .option('--name <name>', 'only with this name')
        .option('--status <status>', 'only in this status')
        .description('list deployments, newest first')
        .action(async ({ name, status }: { name?: string; status?: string }) => {
          const call = await openCall(terminal, command);
          const filter = { ...(name === undefined ? {} : { name }), ...(status === undefined ? {} : { status }) };
          const list = call.client.deployments(filter as Parameters<typeof call.client.deployments>[0]);
          printList(call, await collect(list), [
            ['id', ({ id }) => id],
            ['name', (item) => item.name],
            ['environment', ({ environment }) => environment],
            ['status', (item) => item.status],
            ['revision', ({ currentRevision }) => currentRevision],
            ['updated', ({ updatedAt }) => updatedAt],
          ]);
        }),
  },
  {
    noun: 'deployment',
    verb: 'show',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .description('show a deployment with its outputs')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const deployment = await call.client.deployment((await findDeployment(call.client, given)).id);
          const { currentRun: run, id, name, environment, outputs, revision, status } = deployment;
          printOne(call, deployment, () => fields({ id, name, environment, status, revision, run, ...named(outputs) }));
        }),
  },
  {
    noun: 'deployment',
    verb: 'history',
    short: 'history',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .description('tell everything that happened to a deployment, in order')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          printList(call, await call.client.history(id), [
            ['time', ({ time }) => time],
            ['event', ({ type }) => type.replace(/^caisson\./, '').replace(/\.v\d+$/, '')],
            ['who', ({ actor }) => actor],
            ['about', ({ data }) => data['unitId'] ?? data['runId'] ?? data['revision']],
          ]);
        }),
  },
  {
    noun: 'deployment',
    verb: 'rollback',
    short: 'rollback',
    define: (command, terminal) =>
      approvable(command)
        .argument('<deployment>', DEPLOYMENT)
        .option('--to <revision>', 'a completed revision; default: the one before, or undo the failed run')
        .description('bring a deployment back to an earlier revision')
        .action(async (given: string, { to, ...approval }: Approval & { to?: string }) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const { run } = await call.client.rollback(id, to === undefined ? undefined : Number(to));
          await carryThrough(call, run.id, approval);
        }),
  },
  {
    noun: 'deployment',
    verb: 'destroy',
    short: 'destroy',
    define: (command, terminal) =>
      approvable(command)
        .argument('<deployment>', DEPLOYMENT)
        .description('destroy what a deployment has made, and end it')
        .action(async (given: string, approval: Approval) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const { deployment, run } = await call.client.destroyDeployment(id);
          if (run !== undefined) await carryThrough(call, run.id, approval);
          else printOne(call, deployment, () => fields({ deployment: id, status: deployment.status }));
        }),
  },
  {
    noun: 'drift',
    verb: 'scan',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .description('look whether the world is still as it was left; drift ends with 2')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const report = await call.client.waitForScan(await call.client.scan(id));
          printOne(call, report, () => [`${report.items.length} differences (report ${report.id})`]);
          if (call.format === 'table' && report.items.length > 0) {
            printList(call, report.items, [
              ['severity', ({ severity }) => severity],
              ['resource', ({ resource }) => resource],
              ['path', ({ path }) => path],
              ['expected', ({ expected }) => expected],
              ['found', ({ actual }) => actual],
            ]);
          }
          if (report.items.length > 0) process.exitCode = EXIT.changes;
        }),
  },
];

/** Options of commands whose plan somebody has to approve. */
function approvable(command: Command): Command {
  return command.option('-y, --yes', 'approve the plan without asking').option('--no-wait', 'do not wait for the run');
}

function named(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`output ${name}`, value]));
}
