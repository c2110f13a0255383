import { readdirSync, readFileSync } from 'node:fs';

const TICK_US = 10_000; // USER_HZ is 100 on every Linux of today.

interface ProcessTimes {
  readonly parent: number;
  readonly ownUs: number;
  /** Of children that ended and were waited for. */
  readonly waitedUs: number;
}

/**
 * Processor time of a process and all below it, in microseconds since they began: live ones and those that ended and
 * were waited for. Linux only (/proc/<pid>/stat, proc(5)); 0 when the process is gone.
 */
export function treeTimeUs(root: number): number {
  const times = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry)) {
      const read = timesOf(Number(entry));
      if (read !== undefined) times.set(Number(entry), read);
    }
  }
  const total = (pid: number): number => {
    const own = times.get(pid);
    if (own === undefined) return 0;
    const children = [...times].filter(([, child]) => child.parent === pid).map(([child]) => total(child));
    return own.ownUs + own.waitedUs + children.reduce((sum, part) => sum + part, 0);
  };
  return total(root);
}

/** Processor time of one process alone, in microseconds. */
export function processTimeUs(pid: number): number {
  return timesOf(pid)?.ownUs ?? 0;
}

/** Resident memory of one process, in bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}

/** Ids of the processes below a process, itself first. */
export function treeOf(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ pid: Number(entry), parent: timesOf(Number(entry))?.parent }));
  const below = (pid: number): number[] => [
    pid,
    ...parents.filter((entry) => entry.parent === pid).flatMap((entry) => below(entry.pid)),
  ];
  return below(root);
}

/** Busy and idle time of the whole machine, in ticks since boot. */
export function machineTicks(): { readonly busy: number; readonly idle: number } {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = fields;
  return { busy: user + nice + system + irq + softIrq + steal, idle: idle + wait };
}

function timesOf(pid: number): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It ended meanwhile.
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // The name may hold spaces.
  const tick = (index: number): number => Number(fields[index] ?? 0) * TICK_US;
  return { parent: Number(fields[1]), ownUs: tick(11) + tick(12), waitedUs: tick(13) + tick(14) };
}
