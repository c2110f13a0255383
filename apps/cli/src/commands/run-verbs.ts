import { collect, type CaissonClient, type PastPoint, type RunResource } from '@caisson/client';
import { AS_OF, openCall, type Call, type Verb } from '../command.js';
import { findDeployment, findRun } from '../find.js';
import { endWith, follow, runLines, showPlan } from '../follow.js';
import { printList, printOne } from '../output.js';
import { planView } from '../plan-view.js';

const RUN = 'id of a run, or id or name of a deployment: its current run';

/** What a run is asked for. */
export const RUN_VERBS: readonly Verb[] = [
  {
    noun: 'run',
    verb: 'list',
    short: 'runs',
    define: (command, terminal) =>
      command
        .argument('<deployment>', 'id or name of a deployment')
        .description('list the runs of a deployment, newest first')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findDeployment(call.client, given);
          printList(call, await collect(call.client.runs(id)), [
            ['id', (run) => run.id],
            ['kind', ({ kind }) => kind],
            ['revision', ({ revision }) => revision],
            ['state', ({ state }) => state],
            ['progress', ({ progress }) => `${progress} %`],
            ['requested', ({ requestedAt }) => requestedAt],
          ]);
        }),
  },
  {
    noun: 'run',
    verb: 'show',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .option(...AS_OF)
        .description('show a run')
        .action(async (given: string, past: PastPoint) => {
          const call = await openCall(terminal, command);
          const now = await findRun(call.client, given);
          const run = past.asOf === undefined ? now : await call.client.run(now.id, past);
          printOne(call, run, () => runLines(run));
        }),
  },
  {
    noun: 'run',
    verb: 'plan',
    short: 'plan',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .option(...AS_OF)
        .description('show what a run is going to do; changes end with 2')
        .action(async (given: string, past: PastPoint) => {
          const call = await openCall(terminal, command);
          const run = await findRun(call.client, given);
          if (past.asOf !== undefined) {
            await showPlan(call, run.id, past);
            return;
          }
          const planned = run.planDigest === undefined ? await follow(call, run.id) : run;
          if (planned.planDigest === undefined) await endWith(call, planned);
          else await showPlan(call, planned.id);
        }),
  },
  {
    noun: 'run',
    verb: 'approve',
    short: 'approve',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .option('--digest <digest>', 'the plan that was looked at; another one is refused')
        .option('-y, --yes', 'approve the plan as it is, without asking')
        .option('--wait', 'wait for the end of the run')
        .description('approve the plan of a run')
        .action(async (given: string, options: ApproveOptions) => {
          const call = await openCall(terminal, command);
          const run = await findRun(call.client, given);
          const digest = options.digest ?? (await askedDigest(call, run, options.yes === true));
          const approved = (await call.client.approve(run.id, digest)).run;
          await endWith(call, options.wait === true ? await follow(call, run.id) : approved);
        }),
  },
  {
    noun: 'run',
    verb: 'approvals',
    short: 'approvals',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .description('list what was said to the plans of a run, oldest first')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findRun(call.client, given);
          printList(call, await call.client.approvals(id), [
            ['state', ({ state }) => state],
            ['requested', ({ requestedAt }) => requestedAt],
            ['decided', ({ decidedAt }) => decidedAt],
            ['by', ({ decidedBy }) => decidedBy],
            ['reason', ({ reason }) => reason],
            ['plan', ({ planDigest }) => planDigest],
          ]);
        }),
  },
  changeOfRun('cancel', 'stop a run; what it did is said', (client, id) => client.cancel(id)),
  changeOfRun('retry', 'try a failed run again, after the tasks that succeeded', (client, id) => client.retry(id)),
  {
    noun: 'run',
    verb: 'watch',
    short: 'watch',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .description('watch a run until it ends or waits for a person')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          await endWith(call, await follow(call, (await findRun(call.client, given)).id));
        }),
  },
  {
    noun: 'task',
    verb: 'list',
    short: 'tasks',
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .description('list the tasks of a run')
        .action(async (given: string) => {
          const call = await openCall(terminal, command);
          const { id } = await findRun(call.client, given);
          printList(call, await collect(call.client.tasks(id)), [
            ['id', (task) => task.id],
            ['state', ({ state }) => state],
            ['attempt', ({ attempt }) => attempt],
            ['resources', ({ resources }) => resources.map(({ address }) => address).join(' ')],
          ]);
        }),
  },
  {
    noun: 'task',
    verb: 'attempts',
    short: 'attempts',
    define: (command, terminal) =>
      command
        .argument('<task>', 'id of a task, such as <run>/<unit>')
        .description('list the tries of a task, oldest first')
        .action(async (task: string) => {
          const call = await openCall(terminal, command);
          printList(call, await call.client.attempts(task), [
            ['id', ({ id }) => id],
            ['state', ({ state }) => state],
            ['started', ({ startedAt }) => startedAt],
            ['finished', ({ finishedAt }) => finishedAt],
            ['failure', ({ failure }) => failure?.message],
          ]);
        }),
  },
  {
    noun: 'task',
    verb: 'logs',
    short: 'logs',
    define: (command, terminal) =>
      command
        .argument('<task>', 'id of a task, such as <run>/<unit>')
        .option('-f, --follow', 'go on until the attempt is over')
        .option('--attempt <attempt>', 'id of an attempt; default: the last one')
        .description('show what the tool of a task says')
        .action(async (task: string, { attempt, follow: follows }: { attempt?: string; follow?: boolean }) => {
          const { client } = await openCall(terminal, command);
          const attempts = await client.attempts(task);
          const id = attempt ?? attempts.at(-1)?.id;
          if (id === undefined) throw new Error(`${task} was not tried yet, so no tool said anything.`);
          for await (const line of follows === true ? client.followLog(id) : linesSoFar(client, id))
            terminal.print(line);
        }),
  },
];

interface ApproveOptions {
  readonly digest?: string;
  readonly yes?: boolean;
  readonly wait?: boolean;
}

function changeOfRun(
  verb: string,
  description: string,
  ask: (client: CaissonClient, id: string) => Promise<{ readonly run: RunResource }>,
): Verb {
  return {
    noun: 'run',
    verb,
    define: (command, terminal) =>
      command
        .argument('<run>', RUN)
        .option('--wait', 'wait for what comes of it')
        .description(description)
        .action(async (given: string, { wait }: { wait?: boolean }) => {
          const call = await openCall(terminal, command);
          const { run } = await ask(call.client, (await findRun(call.client, given)).id);
          if (wait === true) await endWith(call, await follow(call, run.id));
          else
            printList(
              call,
              [run],
              [
                ['id', ({ id }) => id],
                ['state', ({ state }) => state],
              ],
            );
        }),
  };
}

/** The digest that a person said yes to, who sees the plan first. */
async function askedDigest({ client, terminal }: Call, run: RunResource, isYes: boolean): Promise<string> {
  const { digest, ...rest } = await client.plan(run.id);
  if (isYes) return digest;
  for (const line of planView({ ...rest, digest }, terminal.colors)) terminal.note(line);
  if (await terminal.confirm('Apply this plan?')) return digest;
  throw new Error(`Nothing was approved. Without a terminal, say which plan: --digest ${digest}`);
}

async function* linesSoFar(client: CaissonClient, attemptId: string): AsyncGenerator<string, void> {
  for (let offset = 0; ;) {
    const { complete, lines, nextOffset } = await client.log(attemptId, { offset });
    yield* lines;
    if (complete || lines.length === 0) return;
    offset = nextOffset;
  }
}
