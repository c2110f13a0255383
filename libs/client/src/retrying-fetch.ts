import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidV7 } from '@caisson/kernel';

/** How long a client goes on trying. */
export interface Patience {
  /** Of one call: all its tries and the waits between them. Default 30 s. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const TRY_LIMIT_MS = 15_000;
const PAUSES_MS = { first: 100, max: 2_000 } as const;

/** Answers of a server, or of something in front of it, that is away or busy. */
const AWAY: readonly number[] = [429, 502, 503, 504];

/**
 * A `fetch` that tries again while the API is away: with growing waits, and as long as the API itself says in
 * `Retry-After`. A command is sent again with the same `Idempotency-Key`, so it happens once however often it was sent.
 * When the patience is over, the last answer or the last network error is the result.
 */
export function retryingFetch({ patienceMs = PATIENCE_MS }: Patience): (request: Request) => Promise<Response> {
  return async (request) => {
    const deadline = performance.now() + patienceMs;
    nameCommand(request);
    for (let tries = 1; ; tries += 1) {
      const outcome = await tryOnce(request);
      const waitMs = waitAfter(outcome, tries);
      const isOver = waitMs === undefined || request.signal.aborted || performance.now() + waitMs > deadline;
      if (isOver) return resultOf(outcome);
      if (outcome instanceof Response) await outcome.body?.cancel();
      await pause(waitMs, undefined, { signal: request.signal });
    }
  };
}

/** Ids that follow from the key keep the order of time. */
function nameCommand({ headers, method }: Request): void {
  if (method === 'GET' || headers.has('idempotency-key')) return;
  headers.set('idempotency-key', uuidV7(Date.now(), randomBytes(10)));
}

async function tryOnce(request: Request): Promise<Response | Error> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TRY_LIMIT_MS)]);
  try {
    return await fetch(request.clone(), { signal });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function resultOf(outcome: Response | Error): Response {
  if (outcome instanceof Response) return outcome;
  throw outcome;
}

/** How long to wait before the next try; undefined when there is an answer. */
function waitAfter(outcome: Response | Error, tries: number): number | undefined {
  const growing = Math.min(PAUSES_MS.first * 2 ** (tries - 1), PAUSES_MS.max) * (0.75 + Math.random() / 4);
  if (outcome instanceof Error) return growing;
  const askedMs = retryAfterMs(outcome);
  const isAway = AWAY.includes(outcome.status) || (outcome.status === 409 && askedMs !== undefined);
  return isAway ? Math.max(growing, askedMs ?? 0) : undefined;
}

/** What `Retry-After` says, in whichever of its two forms. */
export function retryAfterMs({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
