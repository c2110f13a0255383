import { randomBytes } from 'node:crypto';
import { uuidV7 } from '@caisson/kernel';
import { ApiProblem, type Problem } from './problem.js';

/** How to reach an API. */
export interface SessionOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Access token; absent before the login. */
  readonly token?: string;
  /** How long to go on trying while the API is away or answers 503. Default 30 s. */
  readonly patienceMs?: number;
}

/** One call. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What came back, with the headers a caller may need. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly etag: string | undefined;
  readonly location: string | undefined;
}

const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;
const CALL_LIMIT_MS = 15_000;

/**
 * Calls the API. A command that got no answer is sent again with the same `Idempotency-Key`, so it happens once.
 */
export class HttpSession {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** @throws ApiProblem when the API refuses; the last network error when the patience ran out. */
  async call<Body>(call: Call): Promise<Answer<Body>> {
    const deadline = performance.now() + (this.#options.patienceMs ?? PATIENCE_MS);
    const idempotencyKey = uuidV7(Date.now(), randomBytes(10)); // Ids that follow from it keep the order of time.
    for (;;) {
      try {
        const answer = await this.#send<Body>(call, idempotencyKey);
        if (answer !== 'try again' || performance.now() > deadline) return mustAnswer(answer);
      } catch (error) {
        if (error instanceof ApiProblem || call.signal?.aborted === true || performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #send<Body>(call: Call, idempotencyKey: string): Promise<Answer<Body> | 'try again'> {
    const limit = AbortSignal.timeout(CALL_LIMIT_MS);
    const response = await fetch(`${this.#options.url}/api/v1${call.path}`, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#options.token === undefined ? {} : { authorization: `Bearer ${this.#options.token}` }),
        ...(call.method === 'GET' ? {} : { 'idempotency-key': idempotencyKey }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
    });
    if (response.status === 503) return 'try again';
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (response.status >= 400) throw new ApiProblem(body as Problem);
    return {
      status: response.status,
      body: body as Body,
      etag: response.headers.get('etag') ?? undefined,
      location: response.headers.get('location') ?? undefined,
    };
  }
}

function mustAnswer<Body>(answer: Answer<Body> | 'try again'): Answer<Body> {
  if (answer !== 'try again') return answer;
  throw new ApiProblem({ code: 'unavailable', title: 'The API is not available', status: 503 });
}
