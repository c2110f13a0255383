import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

const SEPARATOR = '/';

/**
 * Names this process, so that another one of the same machine can tell that it is gone:
 * `<hostId>/<pid>/<startTicks>`.
 * The host id is the machine's boot and the process namespace (two containers do not see each other's processes), so it
 * changes with a reboot. Without `/proc` the parts are random: then nobody ever claims that this process is dead.
 */
export function processIdentity(): string {
  return [hostId(), process.pid, readStat(process.pid)?.startTicks ?? randomUUID()].join(SEPARATOR);
}

/**
 * Whether the named process ran on this machine, since this boot, and is gone. False when that is not certain: another
 * host, another boot, another container, a name of another form, or no `/proc`.
 */
export function isKnownDead(identity: string): boolean {
  const [host, pid, started, ...rest] = identity.split(SEPARATOR);
  if (host !== hostId() || pid === undefined || started === undefined || rest.length > 0) return false;
  if (!/^\d+$/.test(pid) || !/^\d+$/.test(started)) return false;
  const stat = readStat(Number(pid));
  return stat === undefined ? isAbsent(Number(pid)) : !stat.alive || stat.startTicks !== started;
}

/** Asked of the kernel, because `/proc` may hide the processes of other users. */
function isAbsent(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

let knownHostId: string | undefined;

function hostId(): string {
  knownHostId ??= readHostId() ?? `unknown-${randomUUID()}`;
  return knownHostId;
}

function readHostId(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace === undefined ? undefined : `${boot}-${namespace}`;
  } catch {
    return undefined; // Not Linux, or a sealed /proc.
  }
}

/** When a process started, in clock ticks since boot, and whether it is more than unreaped remains. */
function readStat(pid: number): { readonly startTicks: string; readonly alive: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the second field is the name in brackets and may hold anything, so count from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[19];
    return startTicks === undefined ? undefined : { startTicks, alive: fields[0] !== 'Z' && fields[0] !== 'X' };
  } catch {
    return undefined;
  }
}
