import { messageOf } from '@caisson/kernel';
import type { Logger } from '@caisson/observability';

/** The order in which a service stops. Work in one stage has ended, or its limit has passed, before the next begins. */
export const SHUTDOWN_STAGES = ['claiming', 'serving', 'consuming', 'working', 'connections', 'storage'] as const;

/** One of the stages. */
export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

/** No stage may take longer; what is cut off must be as safe as a kill. */
const STAGE_LIMIT_MS = 15_000;

/** Stops the parts of a service stage by stage, newest first within a stage. Running it twice is one shutdown. */
export class Shutdown {
  readonly #steps = new Map<ShutdownStage, { readonly what: string; readonly stop: () => Promise<void> }[]>();
  readonly #log: Logger;
  #running: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Adds a step. Its failure is logged and does not stop the others. */
  add(stage: ShutdownStage, what: string, stop: () => Promise<void>): void {
    this.#steps.set(stage, [{ what, stop }, ...(this.#steps.get(stage) ?? [])]);
  }

  /** Stops everything. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#runStages();
    return this.#running;
  }

  async #runStages(): Promise<void> {
    for (const stage of SHUTDOWN_STAGES) {
      await Promise.all((this.#steps.get(stage) ?? []).map((step) => this.#runStep(stage, step)));
    }
  }

  async #runStep(stage: ShutdownStage, step: { what: string; stop: () => Promise<void> }): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => {
        resolve('late');
      }, STAGE_LIMIT_MS);
    });
    try {
      const ended = await Promise.race([step.stop().then(() => 'ended' as const), limit]);
      if (ended === 'late')
        this.#log.warn({ stage, part: step.what, limitMs: STAGE_LIMIT_MS }, 'stopping took too long');
    } catch (error) {
      this.#log.warn({ stage, part: step.what, reason: messageOf(error) }, 'stopping failed');
    } finally {
      clearTimeout(timer);
    }
  }
}
