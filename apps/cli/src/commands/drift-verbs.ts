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
];

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
