import { readdir, readFile } from 'node:fs/promises';

interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * The processes whose command line holds a text; with `ancestor`, only those below that process. Linux: reads /proc.
 */
export async function markedProcessesOf(text: string, ancestor?: number): Promise<readonly string[]> {
  const all = await listProcesses();
  const byPid = new Map(all.map((process) => [process.pid, process]));
  const isBelow = (process: ListedProcess | undefined): boolean => {
    for (let at = process; at !== undefined; at = byPid.get(at.parent)) if (at.parent === ancestor) return true;
    return false;
  };
  return all
    .filter((process) => process.command.includes(text) && (ancestor === undefined || isBelow(process)))
    .map(({ pid, command }) => `${pid} ${command}`);
}

async function listProcesses(): Promise<readonly ListedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = pids.map(async (pid) => {
    try {
      const [command, status] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
        readFile(`/proc/${pid}/stat`, 'utf8'),
      ]);
      const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
      return { pid: Number(pid), parent, command: command.replaceAll('\0', ' ').trim() };
    } catch {
      return undefined; // Ended in between.
    }
  });
  return (await Promise.all(read)).filter((found) => found !== undefined);
}
