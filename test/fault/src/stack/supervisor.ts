import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceProcess } from '@caisson/local';
import { eventually } from '@caisson/testing';

const LOOK_EVERY_MS = 150;

/** Starts services again that ended, as an operating system or a cluster does. */
export class Supervisor {
  /** What ended by itself or was killed, in order. */
  readonly ended: string[] = [];
  readonly #services: readonly ServiceProcess[];
  readonly #starting = new Map<ServiceProcess, Promise<void>>();
  readonly #watching: Promise<void>;
  #isStopped = false;

  constructor(services: readonly ServiceProcess[]) {
    this.#services = services;
    this.#watching = this.#watch();
  }

  /** Waits until every service runs. */
  async allUp(limitMs: number): Promise<void> {
    await eventually('all services', () => this.#starting.size === 0 && this.#services.every(isRunning), limitMs);
  }

  /** Ends a service, or halts it, by a signal. One that does not run takes none. */
  signal(name: string, signal: NodeJS.Signals): void {
    const service = this.#services.find((known) => known.name === name);
    if (service !== undefined && isRunning(service)) service.signal(signal);
  }

  /** Starts nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#watching;
    await Promise.all(this.#starting.values());
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      for (const service of this.#services) if (!isRunning(service)) this.#start(service);
      await pause(LOOK_EVERY_MS);
    }
  }

  #start(service: ServiceProcess): void {
    if (this.#starting.has(service)) return;
    this.ended.push(service.name);
    const starting = service
      .start()
      .catch(() => undefined) // It cannot reach what it needs: the next look starts it again.
      .finally(() => this.#starting.delete(service));
    this.#starting.set(service, starting);
  }
}

function isRunning({ pid }: ServiceProcess): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
