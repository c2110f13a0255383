import {
  collect,
  readDesiredState,
  type CaissonClient,
  type DeploymentSummary,
  type PastPoint,
  type RunCommandAnswer,
  type RunResource,
} from '@caisson/client';
import { AS_OF, openCall, type Call, type Verb } from '../command.js';
import { findByName, findDeployment } from '../find.js';
import { approvable, carryThrough, follow, staysFor, type Approval } from '../follow.js';
import { fields, printList, printOne } from '../output.js';

const DEPLOYMENT = 'id or name of a deployment';
const ENVIRONMENT_DEFAULT = 'development';

/** What a deployment is asked for. */
export const DEPLOYMENT_VERBS: readonly Verb[] = [
  {
    noun: 'deployment',
    verb: 'up',
    short: 'up',
    define: (command, terminal) =>
      approvable(command)
        .argument('<file>', 'the desired state, as YAML or JSON')
        .option('--deployment <id>', 'change this one, where several have the name and environment of the file')
        .description('bring the world to what a file says: create the deployment, or change it')
        .action(async (file: string, { deployment: given, ...approval }: Approval & { deployment?: string }) => {
          const call = await openCall(terminal, command);
          const desired = await readDesiredState(file);
          const existing =
            given === undefined ? await findWanted(call.client, desired) : await findDeployment(call.client, given);
          const { deployment, run } =
            existing === undefined
              ? await call.client.createDeployment(desired)
              : await call.client.changeDeployment(existing.id, desired);
          if (!call.isQuiet) terminal.note(`deployment ${deployment.name} (${deployment.id}), run ${run.id}`);
          await carryThrough(call, run.id, approval);
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
        .option(...AS_OF)
        .description('show a deployment with its outputs')
        .action(async (given: string, past: PastPoint) => {
          const call = await openCall(terminal, command);
          const deployment = await call.client.deployment((await findDeployment(call.client, given)).id, past);
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
    verb: 'revisions',
    short: 'revisions',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .description('list the versions of what is desired, newest first: those that can be gone back to')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          printList(call, await collect(call.client.revisions(id)), [
            ['revision', ({ revision }) => revision],
            ['created', ({ createdAt }) => createdAt],
            ['completed', ({ completedAt }) => completedAt],
            ['digest', ({ digest }) => digest],
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
          if (run === undefined || deployment.status === 'deleted') printEnd(call, deployment);
          else if (run.kind !== 'destroy' && staysFor(approval)) await destroyAfter(call, run, approval);
          else await carryThrough(call, run.id, approval);
        }),
  },
  ofCurrentRun('plan', 'plan the current run, where that does not happen by itself', (client, id) =>
    client.planDeployment(id),
  ),
  ofCurrentRun('execute', 'apply the approved plan, where that does not happen by itself', (client, id) =>
    client.executeDeployment(id),
  ),
];

/** The deployment that a file is about: its name in its environment. */
function findWanted(
  client: CaissonClient,
  { environment = ENVIRONMENT_DEFAULT, name }: Readonly<Record<string, unknown>>,
): Promise<DeploymentSummary | undefined> {
  return findByName(client, String(name), String(environment));
}

function ofCurrentRun(
  verb: string,
  description: string,
  ask: (client: CaissonClient, id: string) => Promise<RunCommandAnswer>,
): Verb {
  return {
    noun: 'deployment',
    verb,
    define: (command, terminal) =>
      approvable(command)
        .argument('<deployment>', DEPLOYMENT)
        .description(description)
        .action(async (given: string, approval: Approval) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          await carryThrough(call, (await ask(call.client, id)).run.id, approval);
        }),
  };
}

/** The run that was under way is stopped first; what it has made is destroyed by the run that comes after it. */
async function destroyAfter(call: Call, stopped: RunResource, approval: Approval): Promise<void> {
  await follow(call, stopped.id);
  const deployment = await call.client.deployment(stopped.deploymentId);
  if (deployment.status === 'deleted') printEnd(call, deployment);
  else await carryThrough(call, deployment.currentRun, approval);
}

function printEnd(call: Call, deployment: DeploymentSummary): void {
  printOne(call, deployment, () => fields({ deployment: deployment.id, status: deployment.status }));
}

function named(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`output ${name}`, value]));
}
