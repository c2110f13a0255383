import { setTimeout as pause } from 'node:timers/promises';
import { authorizationOf, type ApiOptions } from './api.js';
import { readProblem } from './problem.js';
import { retryAfterMs } from './retrying-fetch.js';
import { readBlocks, type StreamBlock } from './server-sent-events.js';

/** A public event: a CloudEvent. `docs/reference/events.md` has the types and their data. */
export interface CaissonEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  /** The stream that it happened in, such as `deployment-<id>`. */
  readonly subject: string;
  readonly time: string;
  /** Version of the stream. */
  readonly sequence: number | string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

/** An event as it was watched. */
export interface WatchedEvent {
  /** To go on after it another time. */
  readonly place: string;
  readonly event: CaissonEvent;
}

/** What to watch, and from where on. */
export interface WatchOptions {
  /** Id of a deployment. */
  readonly deployment?: string;
  /** Types, or all of a context as `caisson.execution.*`. */
  readonly types?: readonly string[];
  /** The place that was reached; `0` is the beginning. Default: from now on. */
  readonly after?: string;
  /** The place where to end; default: never. */
  readonly until?: string;
  readonly signal?: AbortSignal;
  /** How long to go on without hearing anything from the API. Default 60 s. */
  readonly patienceMs?: number;
  /** Called when a connection ended and another one is tried. */
  readonly onReconnect?: (reason: string) => void;
  /** Called whenever the stream says how far it is, also when nothing happened that is watched. */
  readonly onPlace?: (place: string) => void;
}

/** The stream was cut, or could not be opened: it is gone on with. */
class Cut extends Error {
  override readonly cause: Error;
  readonly waitMs: number;

  constructor(cause: unknown, waitMs = 0) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    super(error.message);
    this.cause = error;
    this.waitMs = waitMs;
  }
}

const PATIENCE_MS = 60_000;
/** Three signs of life of the API that did not come: the connection is dead, whatever it looks like. */
const SILENCE_MS = 45_000;
const PAUSES_MS = { first: 250, max: 5_000 } as const;

/**
 * Watches events. A connection that is cut is opened again, with any process of the API, after the last event that was
 * given out: each event comes once, and none is missed.
 *
 * @throws ApiProblem when the API refuses; Error when it was away for longer than the patience.
 */
export function watchEvents(api: ApiOptions, options: WatchOptions = {}): AsyncGenerator<WatchedEvent, void> {
  return new Watch(api, options).events();
}

class Watch {
  readonly #api: ApiOptions;
  readonly #options: WatchOptions;
  #place: string | undefined;
  #heardAt = performance.now();
  #pauseMs: number = PAUSES_MS.first;
  #failures = 0;

  constructor(api: ApiOptions, options: WatchOptions) {
    this.#api = api;
    this.#options = options;
    this.#place = options.after;
  }

  async *events(): AsyncGenerator<WatchedEvent, void> {
    const { signal } = this.#options;
    while (!this.#isOver()) {
      yield* this.#connection();
      if (!this.#isOver()) await pause(this.#pauseMs, undefined, signal && { signal }).catch(() => undefined);
    }
  }

  #isOver(): boolean {
    const { signal, until } = this.#options;
    const isThere = until !== undefined && this.#place !== undefined && Number(this.#place) >= Number(until);
    return isThere || signal?.aborted === true;
  }

  async *#connection(): AsyncGenerator<WatchedEvent, void> {
    let isEmpty = true;
    try {
      for await (const block of openStream(this.#api, { ...this.#options, after: this.#place })) {
        isEmpty = false;
        yield* this.#take(block);
        if (this.#isOver()) return;
      }
      if (isEmpty) throw new Cut(new Error('The stream ended before anything came.'));
    } catch (error) {
      if (!(error instanceof Cut)) throw error;
      this.#onCut(error);
    }
  }

  *#take(block: StreamBlock): Generator<WatchedEvent, void> {
    this.#heardAt = performance.now();
    this.#failures = 0;
    this.#pauseMs = block.retryMs ?? this.#pauseMs;
    this.#place = block.id ?? this.#place;
    if (block.data !== undefined) yield { place: this.#place ?? '', event: JSON.parse(block.data) as CaissonEvent };
    if (block.id !== undefined) this.#options.onPlace?.(block.id);
  }

  #onCut(cut: Cut): void {
    if (this.#isOver()) return;
    const { onReconnect, patienceMs = PATIENCE_MS } = this.#options;
    if (performance.now() - this.#heardAt > patienceMs) throw cut.cause;
    onReconnect?.(cut.message);
    this.#pauseMs = Math.max(cut.waitMs, Math.min(PAUSES_MS.first * 2 ** this.#failures, PAUSES_MS.max));
    this.#failures += 1;
  }
}

type Opening = Pick<WatchOptions, 'deployment' | 'types' | 'signal'> & { readonly after: string | undefined };

/** The blocks of one connection. @throws Cut when it ends in any way but by refusal. */
async function* openStream(api: ApiOptions, opening: Opening): AsyncGenerator<StreamBlock, void> {
  const dead = new AbortController();
  const timer = setTimeout(() => dead.abort(new Error('The stream is silent.')), SILENCE_MS);
  const signal = AbortSignal.any([dead.signal, ...(opening.signal === undefined ? [] : [opening.signal])]);
  try {
    const response = await askForStream(api, opening, signal);
    yield* readBlocks(textOf(response, () => timer.refresh()));
  } finally {
    clearTimeout(timer);
    dead.abort();
  }
}

async function askForStream(api: ApiOptions, opening: Opening, signal: AbortSignal): Promise<Response> {
  const authorization = await authorizationOf(api);
  const headers = {
    accept: 'text/event-stream',
    ...(authorization === undefined ? {} : { authorization }),
    ...(opening.after === undefined ? {} : { 'last-event-id': opening.after }),
  };
  const response = await fetch(addressOf(api.url, opening), { headers, signal }).catch((error: unknown) => {
    throw new Cut(error);
  });
  if (response.status < 400 && isEventStream(response)) return response;
  const problem = await readProblem(response);
  if (response.status === 429 || response.status >= 500) throw new Cut(problem, retryAfterMs(response));
  throw problem;
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

function addressOf(url: string, { deployment, types }: Opening): string {
  const query = new URLSearchParams({
    ...(deployment === undefined ? {} : { deployment }),
    ...(types === undefined ? {} : { type: types.join(',') }),
  });
  return `${url}/api/v1/events${query.size === 0 ? '' : `?${query.toString()}`}`;
}

async function* textOf(response: Response, onLife: () => void): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body ?? []) {
      onLife();
      yield decoder.decode(bytes as Uint8Array, { stream: true });
    }
  } catch (error) {
    throw new Cut(error);
  }
}
