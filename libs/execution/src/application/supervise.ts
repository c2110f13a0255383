import type { Clock } from '@caisson/kernel';

/** Why a call was told to stop: by its deadline, because the run is cancelled, or because this process must let go. */
export type StopReason = 'timeout' | 'cancel' | 'shutdown';

/** How a supervised call ended. */
export type Supervised<Value> =
  | { readonly outcome: 'value'; readonly value: Value }
  | { readonly outcome: 'error'; readonly error: unknown; readonly stoppedBy: StopReason | undefined }
  /** It was told to stop and did not say that it had: it may still be at work. */
  | { readonly outcome: 'abandoned'; readonly stoppedBy: StopReason };

/** The bounds of a supervised call. */
export interface Supervision {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How long the call may take to end after it was told to. */
  readonly graceMs: number;
  /** Tells the call to stop early; its reason is a `StopReason`. */
  readonly stop?: AbortSignal;
}

/** Runs a call with a deadline, and waits for a bounded time until it has really ended. Never rejects. */
export async function supervise<Value>(
  supervision: Supervision,
  call: (signal: AbortSignal) => Promise<Value>,
): Promise<Supervised<Value>> {
  const { clock, timeoutMs, graceMs, stop } = supervision;
  // Aborted with words: without, each would make an error object, and there is one supervision per attempt and look.
  const working = new AbortController();
  const deadline = new AbortController();
  const grace = new AbortController();
  let stoppedBy: StopReason | undefined;
  const stopFor = (reason: StopReason): void => {
    stoppedBy ??= reason;
    deadline.abort(reason);
    working.abort(reason);
  };
  const onStop = (): void => stopFor(reasonOf(stop));
  stop?.addEventListener('abort', onStop, { once: true });
  if (stop?.aborted === true) onStop();
  const settled = settle(call, working.signal, () => stoppedBy);
  const overdue = clock.sleep(timeoutMs, deadline.signal).then(async () => {
    if (!deadline.signal.aborted) stopFor('timeout');
    await clock.sleep(graceMs, grace.signal);
    return { outcome: 'abandoned', stoppedBy: stoppedBy ?? 'timeout' } as const;
  });
  const outcome = await Promise.race([settled, overdue]);
  deadline.abort('ended');
  grace.abort('ended');
  stop?.removeEventListener('abort', onStop);
  return outcome;
}

async function settle<Value>(
  call: (signal: AbortSignal) => Promise<Value>,
  signal: AbortSignal,
  stoppedBy: () => StopReason | undefined,
): Promise<Supervised<Value>> {
  try {
    return { outcome: 'value', value: await call(signal) };
  } catch (error) {
    return { outcome: 'error', error, stoppedBy: stoppedBy() };
  }
}

function reasonOf(stop: AbortSignal | undefined): StopReason {
  return stop?.reason === 'cancel' ? 'cancel' : 'shutdown';
}
