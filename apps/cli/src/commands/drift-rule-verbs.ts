import type { DriftScheduleResource } from '@caisson/client';
import { openCall, type Call, type Verb } from '../command.js';
import { findDeployment } from '../find.js';
import { fields, printList, printOne } from '../output.js';

/** What is asked of when drift is looked for, how it is judged, and which providers are left alone. */
export const DRIFT_RULE_VERBS: readonly Verb[] = [
  {
    noun: 'drift',
    verb: 'schedule',
    define: (command, terminal) =>
      command
        .argument('<deployment>', 'id or name of a deployment')
        .option('--cron <expression>', 'scan at these times: minute, hour, day of month, month, day of week')
        .option('--time-zone <name>', 'in which the times are, such as Europe/Berlin; default UTC')
        .option('--auto-remediate', 'put right what a scan finds')
        .option('--remove', 'scan no more without being asked')
        .description('show when a deployment is scanned without being asked, or set it')
        .action(async (given: string, { remove, ...times }: ScheduleOptions) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          if (remove === true) {
            await call.client.removeDriftSchedule(id);
            return;
          }
          const schedule = await scheduled(call, id, times);
          printOne(call, schedule, () => fields({ ...schedule }));
        }),
  },
  {
    noun: 'drift',
    verb: 'policy',
    define: (command, terminal) =>
      command
        .option('--version <version>', 'an older one; default: what holds now')
        .description('show how the tenant judges drift, and what is done about it')
        .action(async ({ version }: { version?: string }) => {
          const call = await openCall(terminal, command);
          const policy = await call.client.driftPolicy(version === undefined ? undefined : Number(version));
          printOne(call, policy, () => fields({ version: policy.version, ...policy.content }));
        }),
  },
  {
    noun: 'drift',
    verb: 'breakers',
    define: (command, terminal) =>
      command.description('list providers that looked wrong, and whether they are left alone').action(async () => {
        const call = await openCall(terminal, command);
        printList(call, await call.client.driftBreakers(), [
          ['provider', ({ provider }) => provider],
          ['status', ({ status }) => status],
          ['since', ({ since }) => since],
          ['reason', ({ reason }) => reason],
        ]);
      }),
  },
  {
    noun: 'drift',
    verb: 'close-breaker',
    define: (command, terminal) =>
      command
        .argument('<provider>', 'as drift breakers names it')
        .requiredOption('--because <reason>', 'what was looked at: recorded')
        .description('have a provider put right again, having looked at it')
        .action(async (provider: string, { because }: { because: string }) => {
          const call = await openCall(terminal, command);
          const breaker = await call.client.closeDriftBreaker(provider, because);
          printOne(call, breaker, () => fields({ provider, status: breaker.status, reason: breaker.reason }));
        }),
  },
];

interface ScheduleTimes {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly autoRemediate?: boolean;
}

interface ScheduleOptions extends ScheduleTimes {
  readonly remove?: boolean;
}

function scheduled({ client }: Call, id: string, { cron, ...more }: ScheduleTimes): Promise<DriftScheduleResource> {
  if (cron !== undefined) return client.setDriftSchedule(id, { timeZone: 'UTC', autoRemediate: false, cron, ...more });
  if (Object.keys(more).length === 0) return client.driftSchedule(id);
  throw new Error('A schedule needs its times. Say them, too: --cron "0 3 * * *"');
}
