import type { CaissonClient, PastPoint, Plan, RunResource, RunState } from '@caisson/client';
import type { Command } from 'commander';
import type { Call } from './command.js';
import { EXIT } from './exit-codes.js';
import { fields, printOne } from './output.js';
import { hasChanges, planView } from './plan-view.js';

const BAR_CHARACTERS = 24;
/** Longer than any run that is not lost. */
const FOLLOW_LIMIT_MS = 24 * 3_600_000;

const ENDED = ['completed', 'failed', 'cancelled', 'rolled_back'] as const;

/** What a person does about a run that does not go on by itself. */
const NEXT_STEPS: Partial<Record<RunState, (run: RunResource) => string>> = {
  pending: ({ deploymentId }) => `It is not planned by itself. To plan it: caisson deployment plan ${deploymentId}`,
  awaiting_approval: ({ id }) => `To apply it: caisson approve ${id}`,
  approved: ({ deploymentId }) =>
    `It does not start by itself. To start it: caisson deployment execute ${deploymentId}`,
};

/** Who says yes to a plan. */
export interface Approval {
  /** The person said so beforehand. */
  readonly yes?: boolean;
  /** Whether to stay until the run ends; default yes. Who says no and yes beforehand stays until it is approved. */
  readonly wait?: boolean;
}

/** Options of commands whose plan somebody has to approve. */
export function approvable(command: Command): Command {
  return command
    .option('-y, --yes', 'approve the plan without asking')
    .option('--no-wait', 'do not wait for the end of the run; with --yes, only until its plan is approved');
}

/** Shows how a run gets on, until it ends or waits for a person. */
export async function follow({ client, isQuiet, terminal }: Call, runId: string): Promise<RunResource> {
  const onChange = (run: RunResource): void => {
    if (!isQuiet) terminal.progress(progressLine(run));
  };
  const states = [...ENDED, ...(await waitingStates(client, await client.run(runId)))];
  const run = await client.waitForRun(runId, { onChange, states, limitMs: FOLLOW_LIMIT_MS });
  if (!isQuiet) terminal.progressEnds();
  return run;
}

/** Where a run waits for a person: its desired state says how far it goes by itself. */
async function waitingStates(
  client: CaissonClient,
  { deploymentId, revision }: RunResource,
): Promise<readonly RunState[]> {
  for await (const { desired, revision: of } of client.revisions(deploymentId)) {
    if (of !== revision) continue;
    const { autoExecute, autoPlan } = desired;
    return [
      'awaiting_approval',
      ...(autoPlan ? [] : (['pending'] as const)),
      ...(autoExecute ? [] : (['approved'] as const)),
    ];
  }
  return ['awaiting_approval'];
}

/** Whether a command stays at all: not where nobody waits for the end, and nobody says yes beforehand. */
export function staysFor({ wait, yes }: Approval): boolean {
  return wait !== false || yes === true;
}

/** From the request to the end: waits for the plan, shows it, has it approved, and waits for what comes of it. */
export async function carryThrough(call: Call, runId: string, approval: Approval): Promise<void> {
  if (staysFor(approval)) {
    await endWith(call, await approveAndFollow(call, runId, approval));
    return;
  }
  const run = await call.client.run(runId); // How far it is by now is chance, and no code to end with.
  printOne(call, run, () => runLines(run));
}

async function approveAndFollow(call: Call, runId: string, approval: Approval): Promise<RunResource> {
  const { client, terminal } = call;
  const run = await follow(call, runId);
  if (run.state !== 'awaiting_approval') return run;
  const plan = await client.plan(runId);
  const asks = approval.yes !== true;
  showBeforeApproval(call, plan, asks);
  if (asks && !(await terminal.confirm('Apply this plan?'))) return run;
  const approved = (await client.approve(runId, plan.digest)).run; // What was shown, and nothing else.
  return approval.wait === false ? approved : follow(call, runId);
}

/** Shows a plan with the result. Where that is for a program, a person who is asked sees it beside the result. */
function showBeforeApproval({ format, isQuiet, terminal }: Call, plan: Plan, asks: boolean): void {
  const lines = planView(plan, terminal.colors);
  if (format === 'table' && !isQuiet) for (const line of lines) terminal.print(line);
  else if (asks && terminal.isInteractive) for (const line of lines) terminal.note(line);
}

/** Shows a run, and ends with the code that says how it ended. */
export async function endWith({ client, format, terminal }: Call, run: RunResource): Promise<void> {
  printOne({ format, terminal }, run, () => runLines(run));
  const next = NEXT_STEPS[run.state];
  if (next !== undefined && (await waitingStates(client, run)).includes(run.state)) {
    process.exitCode = EXIT.changes;
    terminal.note(`Nothing was changed yet. ${next(run)}`);
  } else if (run.state === 'failed' || run.state === 'rolled_back' || run.state === 'cancelled') {
    process.exitCode = EXIT.error;
  }
}

/** Shows the plan of a run; changes are a code of their own. */
export async function showPlan({ client, format, terminal }: Call, runId: string, past: PastPoint = {}): Promise<void> {
  const plan = await client.plan(runId, past);
  printOne({ format, terminal }, plan, () => planView(plan, terminal.colors));
  if (hasChanges(plan)) process.exitCode = EXIT.changes;
}

/** A run for people. */
export function runLines(run: RunResource): readonly string[] {
  const failure = run.failure === undefined ? undefined : `${run.failure.code}: ${run.failure.message}`;
  const diagnostics = (run.failure?.diagnostics ?? []).map(({ detail, summary }) => `  ${summary} ${detail ?? ''}`);
  const { deploymentId: deployment, id, kind, progress, revision, state } = run;
  return [
    ...fields({ run: id, deployment, kind, revision, state, progress: `${progress} %`, failure }),
    ...diagnostics,
  ];
}

function progressLine({ kind, progress, state }: RunResource): string {
  const filled = Math.round((progress / 100) * BAR_CHARACTERS);
  const bar = `${'█'.repeat(filled)}${'·'.repeat(BAR_CHARACTERS - filled)}`;
  return `${kind.padEnd(9)} ${bar} ${String(progress).padStart(3)} %  ${state}`;
}
