import type { DriftIgnoresResource } from '@caisson/client';
import { openCall, type Call, type Verb } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { findDeployment } from '../find.js';
import { approvable, carryThrough, staysFor, type Approval } from '../follow.js';
import { printList, printOne } from '../output.js';

const DEPLOYMENT = 'id or name of a deployment';

/** Where the world is not as it was left, and what is done about it. */
export const DRIFT_VERBS: readonly Verb[] = [
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
          await scanAndShow(call, id);
        }),
  },
  puttingRight('revert', 'scan, and bring the world back to what is desired'),
  puttingRight('adopt', 'scan, and have what is desired follow the world, as a new revision'),
  {
    noun: 'drift',
    verb: 'history',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .description('tell of each attribute that differed what was seen when')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const { attributes } = await call.client.driftHistory(id);
          const sights = attributes.flatMap(({ sights: own, ...attribute }) =>
            own.map((one) => ({ ...attribute, ...one })),
          );
          printList(call, sights, [
            ['at', ({ at }) => at],
            ['resource', ({ resource }) => resource],
            ['path', ({ path }) => path],
            ['seen', ({ seen }) => seen],
            ['expected', ({ expected }) => expected],
            ['found', ({ actual }) => actual],
            ['cause', ({ cause }) => cause],
            ['run', ({ by }) => by?.runId],
          ]);
        }),
  },
  {
    noun: 'drift',
    verb: 'ignore',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .argument('<path>', 'keys with dots between them, * for any one key, such as tags.last-backup')
        .requiredOption('--reason <text>', 'why the difference is fine')
        .option('--resource <address>', 'only of this resource, such as web[0]')
        .option('--until <instant>', 'when it ends, in UTC, such as 2026-12-31T00:00:00Z')
        .description('report a difference no longer as drift')
        .action(async (given: string, path: string, { reason, resource, until: expiresAt }: IgnoreOptions) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const { rules } = await call.client.ignoreDrift(id, { path, reason, ...defined({ resource, expiresAt }) });
          printRules(call, rules);
        }),
  },
  {
    noun: 'drift',
    verb: 'ignored',
    define: (command, terminal) =>
      command
        .argument('<deployment>', DEPLOYMENT)
        .option('--remove <rule>', 'id of a rule that shall go')
        .description('list the rules by which drift is ignored')
        .action(async (given: string, { remove }: { remove?: string }) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          if (remove !== undefined) await call.client.removeDriftIgnore(id, remove);
          printRules(call, (await call.client.driftIgnores(id)).rules);
        }),
  },
];

interface IgnoreOptions {
  readonly reason: string;
  readonly resource?: string;
  readonly until?: string;
}

function printRules(call: Call, rules: DriftIgnoresResource['rules']): void {
  printList(call, rules, [
    ['id', ({ id }) => id],
    ['resource', ({ resource }) => resource ?? '*'],
    ['path', ({ path }) => path],
    ['until', ({ expiresAt }) => expiresAt],
    ['reason', ({ reason }) => reason],
  ]);
}

function defined<Values extends Readonly<Record<string, string | undefined>>>(
  values: Values,
): { [Key in keyof Values]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: string;
  };
}

function puttingRight(mode: 'revert' | 'adopt', description: string): Verb {
  return {
    noun: 'drift',
    verb: mode,
    define: (command, terminal) =>
      approvable(command)
        .argument('<deployment>', DEPLOYMENT)
        .description(description)
        .action(async (given: string, approval: Approval) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          const { id: reportId, items } = await call.client.waitForScan(await call.client.scan(id));
          if (items.length === 0) {
            terminal.note(`The world is as it was left (report ${reportId}). Nothing was changed.`);
            return;
          }
          const { run } = await call.client.remediate(reportId, mode);
          await carryThrough(call, run.id, approval);
          if (staysFor(approval) && approval.wait !== false) await tellOutcome(call, reportId, run.id);
        }),
  };
}

/** Says whether the drift is gone, once the run is through; one that waits for a person says so itself. */
async function tellOutcome(call: Call, reportId: string, runId: string): Promise<void> {
  if ((await call.client.run(runId)).state !== 'completed') return;
  const { remediation } = await call.client.waitForRemediation(reportId);
  const isGone = remediation?.outcome === 'gone';
  if (!isGone) process.exitCode = EXIT.error;
  call.terminal.note(
    isGone ? 'The drift is gone.' : `The drift is not known to be gone: ${remediation?.reason ?? 'nobody looked'}`,
  );
}

async function scanAndShow(call: Call, deploymentId: string): Promise<void> {
  const report = await call.client.waitForScan(await call.client.scan(deploymentId));
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
  if (report.unreadable.length === 0) return;
  process.exitCode = EXIT.error; // Nobody knows whether there is drift.
  for (const { reason, unitId } of report.unreadable) call.terminal.note(`${unitId} could not be read: ${reason}`);
}
