import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Arrival, ConsumerTask } from './p9-messages.js';

const PROGRAM = fileURLToPath(new URL('./p9-consumer.js', import.meta.url));

/** The consuming process, and what it has told so far. */
export class Arrivals {
  readonly #child: ChildProcess;
  readonly #atMs = new Map<string, number>();
  readonly #lastVersion = new Map<string, number>();
  #inversions = 0;

  constructor(task: ConsumerTask) {
    this.#child = fork(PROGRAM, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#take(message as Arrival));
  }

  /** When the handler of an event started first, in milliseconds of the machine's clock. */
  atMs(stream: string, version: number): number | undefined {
    return this.#atMs.get(`${stream}/${version}`);
  }

  /** How often an event came before its predecessor since the last time this was asked. */
  takeInversions(): number {
    const inversions = this.#inversions;
    this.#inversions = 0;
    return inversions;
  }

  /** Ends the process. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #take({ stream, version, atNs }: Arrival): void {
    const key = `${stream}/${version}`;
    if (this.#atMs.has(key)) return; // A repeat.
    this.#atMs.set(key, Number(BigInt(atNs) / 1000n) / 1000);
    if (version !== (this.#lastVersion.get(stream) ?? 0) + 1) this.#inversions += 1;
    this.#lastVersion.set(stream, version);
  }
}
