import { join } from 'node:path';
import { answersOk } from './answers-ok.js';
import { startProcess, type ManagedProcess } from './managed-process.js';
import { WORKSPACE } from './workspace.js';

/** One program of the workspace to run as a process of its own. */
export interface ServiceProcessOptions {
  /** For people, and for the names of its pid and log files. */
  readonly name: string;
  /** The app's folder below `apps`. */
  readonly app: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** For its pid and log. */
  readonly directory: string;
  /** Path that answers 200 when it can work. */
  readonly readyPath: string;
}

const READY_MS_MAX = 60_000;

/** A service as a process: started, stopped, killed, started again with the same settings. */
export class ServiceProcess {
  readonly name: string;
  readonly url: string;
  readonly #options: ServiceProcessOptions;
  #process: ManagedProcess | undefined;

  constructor(options: ServiceProcessOptions) {
    this.name = options.name;
    this.url = `http://127.0.0.1:${options.port}`;
    this.#options = options;
  }

  /** The process id while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it and waits until it is ready. @throws Fault `local-start-failed` with its last words. */
  async start(): Promise<void> {
    const { name, app, port, environment, directory, readyPath } = this.#options;
    this.#process = await startProcess({
      name,
      command: process.execPath,
      args: [join(WORKSPACE, 'apps', app, 'dist', 'main.js'), name],
      directory,
      mark: `dist/main.js ${name}`,
      environment: { ...inherited(), ...environment, CAISSON_PORT: String(port) },
      isReady: () => answersOk(this.url + readyPath),
      readyMsMax: READY_MS_MAX,
      remedy: `Its log is in ${directory}.`,
    });
  }

  /** Sends it a signal, such as SIGSTOP to let it freeze and SIGCONT to let it go on. Only it, not what it started. */
  signal(signal: NodeJS.Signals): void {
    if (this.#process === undefined) throw new Error(`${this.name} does not run, so it cannot take ${signal}.`);
    process.kill(this.#process.pid, signal);
  }

  /** Asks it to stop, and kills it when it takes too long. */
  async stop(): Promise<void> {
    await this.#process?.stop('SIGTERM');
    this.#process = undefined;
  }

  /** Ends it without a chance to say anything. */
  async kill(): Promise<void> {
    await this.#process?.stop('SIGKILL');
    this.#process = undefined;
  }
}

/** What a child may know of this process's environment: what programs need to run, and nothing of Caisson's own. */
function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('CAISSON_'),
  );
  return Object.fromEntries(entries);
}
