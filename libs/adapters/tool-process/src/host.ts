import { readFileSync, readlinkSync } from 'node:fs';

let known: string | undefined;

/**
 * Names the processes that can be looked at and killed from here: the kernel's boot id and the process id name space,
 * such as `1b9d…/pid:[4026531836]`. A reboot changes it, and so does another container on the same machine.
 *
 * Source: Linux manual pages random(4), `boot_id`, and pid_namespaces(7).
 */
export function hostId(): string {
  known ??= `${bootId()}/${pidNamespace()}`;
  return known;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}
