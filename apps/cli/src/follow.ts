import type { RunResource } from '@caisson/client';
import type { Call } from './command.js';
import { EXIT } from './exit-codes.js';
import { fields, printOne } from './output.js';
import { hasChanges, planView } from './plan-view.js';

const BAR_CHARACTERS = 24;
/** Longer than any run that is not lost. */
const FOLLOW_LIMIT_MS = 24 * 3_600_000;

const ENDED = ['completed', 'failed', 'cancelled', 'rolled_back'] as const;

/** Who says yes to a plan. */
export interface Approval {
  /** The person said so beforehand. */
  readonly yes?: boolean;
  /** Whether to stay until the run ends; default yes. */
  readonly wait?: boolean;
}

/** Shows how a run gets on, until it ends or waits for a person. */
export async function follow(
  { client, isQuiet, terminal }: Call,
  runId: string,
  wasApproved: boolean,
): Promise<RunResource> {
  const onChange = (run: RunResource): void => {
    if (!isQuiet) terminal.progress(progressLine(run));
  };
  const states = wasApproved ? ENDED : ([...ENDED, 'awaiting_approval'] as const);
  const run = await client.waitForRun(runId, { onChange, states, limitMs: FOLLOW_LIMIT_MS });
  if (!isQuiet) terminal.progressEnds();
  return run;
}

/** From the request to the end: waits for the plan, shows it, has it approved, and waits for what comes of it. */
export async function carryThrough(call: Call, runId: string, approval: Approval): Promise<void> {
  if (approval.wait !== false) {
    endWith(call, await approveAndFollow(call, runId, approval));
    return;
  }
  const run = await call.client.run(runId); // How far it is by now is chance, and no code to end with.
  printOne(call, run, () => runLines(run));
}

async function approveAndFollow(call: Call, runId: string, approval: Approval): Promise<RunResource> {
  const { client, format, isQuiet, terminal } = call;
  const run = await follow(call, runId, false);
  if (run.state !== 'awaiting_approval') return run;
  const plan = await client.plan(runId);
  if (format === 'table' && !isQuiet) for (const line of planView(plan, terminal.colors)) terminal.print(line);
  if (approval.yes !== true && !(await terminal.confirm('Apply this plan?'))) return run;
  await client.approve(runId, plan.digest); // What was shown, and nothing else.
  return follow(call, runId, true);
}

/** Shows a run, and ends with the code that says how it ended. */
export function endWith({ format, terminal }: Call, run: RunResource): void {
  printOne({ format, terminal }, run, () => runLines(run));
  if (run.state === 'awaiting_approval') {
    process.exitCode = EXIT.changes;
    terminal.note(`Nothing was changed yet. To apply it: caisson approve ${run.id}`);
  } else if (run.state === 'failed' || run.state === 'rolled_back' || run.state === 'cancelled') {
    process.exitCode = EXIT.error;
  }
}

/** Shows the plan of a run; changes are a code of their own. */
export async function showPlan({ client, format, terminal }: Call, runId: string): Promise<void> {
  const plan = await client.plan(runId);
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
