import { EngineFailure } from '@caisson/engine';

/** Lets work of one name run one after the other, in the order of asking. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the work when all earlier work of the name has ended, however it ended.
   *
   * @throws EngineFailure `tool-stopped` (transient) when the signal is aborted while it waits: nothing was done.
   */
  async take<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const result = before.then(() => {
      if (signal.aborted) throw notStarted();
      return work();
    });
    const settled = result.catch(() => undefined);
    this.#last.set(name, settled);
    const clean = settled.then(() => {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    });
    const started = await endsBefore(before, signal);
    if (!started) throw notStarted();
    try {
      return await result;
    } finally {
      await clean;
    }
  }
}

/** Whether a promise ends before the signal is aborted. */
async function endsBefore(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = (): void => {
      resolve(false);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise.then(() => true), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function notStarted(): EngineFailure {
  return new EngineFailure('tool-stopped', 'The call was stopped before anything was done.', {
    errorClass: 'transient',
  });
}
