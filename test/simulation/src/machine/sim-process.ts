import { Fault, uuidV7, type Clock, type IdGenerator } from '@caisson/kernel';
import type { Scheduler, StepOwner } from './scheduler.js';
import type { SeededRandom } from '@caisson/testing';

/** When simulated time begins, in Unix time. */
export const EPOCH_MS = Date.parse('2026-03-02T10:00:00.000Z');

/** The way from a process to something outside of it, where requests and answers get lost. */
export interface Link {
  /** Has work done on the other side, at once and whole. What the work throws comes back. */
  call<Answer>(what: string, work: () => Answer | Promise<Answer>): Promise<Answer>;
}

/** What becomes of one call. */
export interface Fate {
  /** How long the request is on its way. */
  readonly thereMs: number;
  /** How long the answer is. */
  readonly backMs: number;
  /** What never arrives; the caller then hears a retryable fault. */
  readonly lost?: 'request' | 'answer';
  /** The caller dies while it waits: before the request arrives, which it does all the same, or before the answer. */
  readonly dies?: 'before' | 'after';
}

/** Decides over calls. */
export interface Faults {
  fateOf(caller: SimProcess, what: string): Fate;
}

/** What a process stands on. */
export interface Machine {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly faults: Faults;
}

/** Which life of which process. */
export interface ProcessName {
  readonly name: string;
  readonly host: string;
  /** Counts from 1. */
  readonly life: number;
}

/**
 * One life of a process: from its start to its death. Nothing of it survives but what it wrote elsewhere. After its
 * death its promises never settle, so its code stands where it was, as a killed program does.
 */
export class SimProcess implements StepOwner, Link {
  readonly name: string;
  readonly host: string;
  /** Who it is for claims of jobs and leases: one name for each life. */
  readonly identity: string;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly #machine: Machine;
  readonly #mourners = new Set<() => void>();
  #isDead = false;
  #haltedUntilMs = 0;
  /** How far its wall clock is from the true time. */
  #skewMs = 0;

  constructor({ host, life, name }: ProcessName, machine: Machine) {
    this.name = name;
    this.host = host;
    this.identity = `${host}/${name}.${life}`;
    this.#machine = machine;
    this.clock = this.#makeClock();
    this.ids = { next: () => uuidV7(EPOCH_MS + Math.floor(machine.scheduler.nowMs), machine.random.bytes(10)) };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get haltedUntilMs(): number {
    return this.#haltedUntilMs;
  }

  /** Ends this life at once. */
  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    for (const mourner of [...this.#mourners]) mourner();
  }

  /** Lets it stand still, as SIGSTOP does. */
  halt(ms: number): void {
    this.#haltedUntilMs = this.#machine.scheduler.nowMs + ms;
  }

  /** Sets its wall clock wrong. */
  skew(ms: number): void {
    this.#skewMs = ms;
  }

  /** Calls back when this life ends: what a closed connection tells the other side. The answer ends it. */
  onDeath(mourner: () => void): () => void {
    this.#mourners.add(mourner);
    return () => this.#mourners.delete(mourner);
  }

  /** A step of this process. */
  later(delayMs: number, label: string, act: () => void): () => void {
    return this.#machine.scheduler.afterFor(this, delayMs, { label: `${this.identity} ${label}`, act });
  }

  call<Answer>(what: string, work: () => Answer | Promise<Answer>): Promise<Answer> {
    const { scheduler, faults } = this.#machine;
    return new Promise((resolve, reject) => {
      if (this.#isDead) return;
      const fate = faults.fateOf(this, what);
      if (fate.dies === 'before') this.kill();
      const answer = (act: () => void): void => {
        if (fate.dies === 'after') this.kill();
        this.later(fate.backMs, `hears of ${what}`, act);
      };
      if (fate.lost === 'request') {
        answer(() => reject(away(what)));
        return;
      }
      scheduler.after(fate.thereMs, `${this.identity} ${what}`, () => {
        void settle(work).then((settled) => {
          if (fate.lost === 'answer') answer(() => reject(away(what)));
          else answer(() => ('error' in settled ? reject(settled.error) : resolve(settled.value)));
        });
      });
    });
  }

  #makeClock(): Clock {
    const { scheduler } = this.#machine;
    return {
      now: () => new Date(EPOCH_MS + Math.floor(scheduler.nowMs) + this.#skewMs).toISOString(),
      monotonicMs: () => scheduler.nowMs,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (this.#isDead) return;
          if (signal?.aborted === true) {
            resolve();
            return;
          }
          const wake = (): void => {
            cancel();
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const cancel = this.later(ms, 'wakes', wake);
          signal?.addEventListener('abort', wake);
        }),
    };
  }
}

async function settle<Answer>(
  work: () => Answer | Promise<Answer>,
): Promise<{ readonly value: Answer } | { readonly error: Error }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: error as Error };
  }
}

function away(what: string): Fault {
  return new Fault('store-unavailable', `no answer to: ${what}`, { retryable: true });
}

/** A port on the other side of a link: each call of a method goes over it. */
export function reach<Port extends object>(link: Link, name: string, port: Port): Port {
  return new Proxy(port, {
    get: (target, method) => {
      const found: unknown = Reflect.get(target, method);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]) =>
        link.call(`${name}.${String(method)}`, () => found.apply(target, given) as unknown);
    },
  });
}
