import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckCommand, CheckWorld } from '@caisson/execution';
import { Fault } from '@caisson/kernel';
import { AddressRules, GuardedProbes } from '@caisson/probes';
import { runTool, toolEnvironment } from '@caisson/tool-process';
import type { ExecutorSettings } from '../settings.js';

/** The supervisor of a check stops it earlier; this is for when that goes wrong. */
const COMMAND_MS_MAX = 60_000;

/** How long a command may take to stop when asked, before everything that it started is killed. */
const GRACE_MS = 2_000;

/** A check has little to say. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** The world of checks by the settings of an executor. */
export function checkWorldOf(
  settings: Pick<ExecutorSettings, 'executorCheckCommands' | 'probeAllow' | 'probeDeny'>,
): CheckWorld {
  const rules = new AddressRules({ allow: settings.probeAllow, deny: settings.probeDeny });
  const commands = settings.executorCheckCommands;
  return new ExecutorCheckWorld({ probes: new GuardedProbes(rules), commands, environment: process.env });
}

/** What the world of checks is made of. */
export interface CheckWorldOptions {
  readonly probes: Pick<GuardedProbes, 'status' | 'connect'>;
  /** Absolute paths by the names under which checks may run them. */
  readonly commands: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Asks URLs and ports within the rules of the administrator, and runs the commands that they allow by name. */
export class ExecutorCheckWorld implements CheckWorld {
  readonly #options: CheckWorldOptions;

  constructor(options: CheckWorldOptions) {
    this.#options = options;
  }

  status(url: string, signal: AbortSignal): Promise<number> {
    return this.#options.probes.status(url, signal);
  }

  connect(target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void> {
    return this.#options.probes.connect(target, signal);
  }

  /**
   * Runs it in a folder of its own, which is removed, with a bare environment; no shell reads the arguments.
   *
   * @throws Fault `check-command-not-allowed` for every other name.
   */
  async run(asked: CheckCommand): Promise<number | undefined> {
    const { args, command, signal } = asked;
    const { commands, environment } = this.#options;
    const path = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (path === undefined) {
      const message = `"${command}" is no command of checks here. The administrator allows some by name.`;
      throw new Fault('check-command-not-allowed', message, { retryable: false });
    }
    const cwd = await mkdtemp(join(tmpdir(), 'caisson-check-'));
    try {
      const limits = { graceMs: GRACE_MS, timeoutMs: COMMAND_MS_MAX, lineBytesMax: OUTPUT_BYTES_MAX };
      const what = { runnerId: randomUUID(), command: path, args, cwd, env: toolEnvironment(environment, {}) };
      const { code } = await runTool({ ...limits, ...what, signal, onLine: (line) => asked.log(line) });
      return code;
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  }
}
