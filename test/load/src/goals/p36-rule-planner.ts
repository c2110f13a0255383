import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Side } from '../harness/goal.js';
import type { PlanQuestion } from './p17-plan-sides.js';

const PYTHON = 'python3';
const PROGRAM = fileURLToPath(new URL('../../peers/rule-planner.py', import.meta.url));
const START_MS_MAX = 30_000;

/** What a plan adds up to. */
export interface PlanTotals {
  readonly seconds: number;
  readonly perMonth: number;
  readonly reasoning: string;
}

/** A planner in a process of its own. */
export interface RulePlanner {
  readonly side: Side;
  /** Of the plan that it makes. */
  readonly totals: PlanTotals;
  stop(): Promise<void>;
}

/** Why the planner of source system 003 cannot run here; undefined when it can. */
export function missingPython(): string | undefined {
  const { status } = spawnSync(PYTHON, ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : `${PYTHON} is not there. Install Python 3.8 or newer.`;
}

/** Starts it and hands it the question. */
export async function startRulePlanner(question: PlanQuestion): Promise<RulePlanner> {
  const child = spawn(PYTHON, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ask = async (sliceMs: number): Promise<{ readonly cpuMs: number; readonly turns: number } & PlanTotals> => {
    child.stdin.write(`${sliceMs}\n`);
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(sliceMs + START_MS_MAX) })) as [string];
    return JSON.parse(line) as { cpuMs: number; turns: number } & PlanTotals;
  };
  child.stdin.write(`${question.text}\n`);
  const totals = await ask(0);
  return {
    totals,
    side: {
      name: `source 003, ${question.nodes}`,
      measure: async (sliceMs) => {
        const { cpuMs, turns } = await ask(sliceMs);
        return { cpuMs, turns };
      },
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
