import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { messageOf } from '@caisson/kernel';

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
  readonly loadAverage: number;
}

/** Describes this machine, now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    commit: commitOf(),
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

function commitOf(): string {
  try {
    const [commit, changes] = [
      git('rev-parse', '--short', 'HEAD'),
      git(
        'status',
        '--porcelain',
        '--untracked-files=no',
        '--',
        ':/',
        ':(top,exclude)docs/reference/benchmarks.*',
        ':(top,exclude)docs/reference/fault-*',
      ),
    ];
    return changes === '' ? commit : `${commit} with changes`;
  } catch (error) {
    return `unknown (${messageOf(error)})`;
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
