import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { deterministicId } from '@caisson/kernel';
import type { History, Operation } from '../history/history.js';
import { outcomeOf } from '../history/outcome.js';

const TRY_MS_MAX = 5_000;
const AGAIN_MS = 250;

/** Commands that record something whenever they are accepted. */
const RECORDING: ReadonlySet<string> = new Set(['create', 'approve', 'retry', 'rollback', 'scale', 'replace']);

/** Answers after which the same request is sent again. */
const AWAY: readonly number[] = [429, 502, 503, 504];

/** A request, and what it is called in the history. */
export interface Call {
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deploymentId?: string;
  /** Sends the key of an earlier command again. */
  readonly key?: string;
}

/** What was answered in the end. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag: string | undefined;
  readonly key: string | undefined;
  /** The same request is still being answered, or something is away: to be sent again. */
  readonly isBusy: boolean;
}

/** Who calls, and how long they go on. */
export interface CallerOptions {
  readonly url: string;
  readonly token: string;
  readonly tenant: string;
  readonly principalId: string;
  readonly person: string;
  readonly history: History;
  /** How long one request is sent again before it counts as unknown. */
  readonly patienceMs: number;
}

/** One client that sends a request until it is answered, and writes down what it sent and saw. */
export class Caller {
  readonly tenant: string;
  readonly person: string;
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.tenant = options.tenant;
    this.person = options.person;
  }

  /** @throws Error when the patience is over: what became of the request is unknown then. */
  async call(call: Call): Promise<Answer> {
    const { history, patienceMs } = this.#options;
    const key = call.method === 'GET' ? undefined : (call.key ?? randomUUID());
    const invokedMs = history.nowMs();
    const tries: string[] = [];
    const record = (rest: Pick<Operation, 'outcome' | 'status'>, answer?: Answer): void =>
      history.record({
        tenant: this.tenant,
        person: this.person,
        what: call.what,
        key,
        commandId: this.#commandIdOf(call, key),
        records: RECORDING.has(call.what),
        invokedMs,
        endedMs: history.nowMs(),
        tries,
        ...rest,
        ...seenIn(call, answer),
      });
    for (;;) {
      const answer = await this.#tryOnce(call, key, tries);
      if (answer !== undefined && !answer.isBusy) {
        record({ outcome: outcomeOf(answer.status, tries.length - 1), status: answer.status }, answer);
        return answer;
      }
      if (history.nowMs() - invokedMs > patienceMs) {
        record({ outcome: 'unknown', status: answer?.status });
        throw new Error(`${this.person} gave up to ${call.what}: ${tries.slice(-5).join(', ')}`);
      }
      await pause(AGAIN_MS);
    }
  }

  /** As the API names a command: by who sends it where under which key. */
  #commandIdOf({ method, path }: Call, key: string | undefined): string | undefined {
    const { principalId, tenant } = this.#options;
    return key === undefined ? undefined : deterministicId('request', tenant, principalId, method, path, key);
  }

  async #tryOnce(call: Call, key: string | undefined, tries: string[]): Promise<Answer | undefined> {
    try {
      const response = await fetch(this.#options.url + call.path, {
        method: call.method,
        headers: { authorization: `Bearer ${this.#options.token}`, ...headersOf(call, key) },
        ...(hasBody(call) ? { body: JSON.stringify(call.body ?? {}) } : {}),
        signal: AbortSignal.timeout(TRY_MS_MAX),
      });
      const text = await response.text();
      const body = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
      tries.push(said(response, body));
      const etag = response.headers.get('etag') ?? undefined;
      return { status: response.status, body, etag, key, isBusy: isBusy(response) };
    } catch (error) {
      tries.push(error instanceof Error ? `${error.name} ${causeOf(error)}`.trim() : 'error');
      return undefined;
    }
  }
}

function hasBody({ method }: Call): boolean {
  return method === 'POST' || method === 'PATCH';
}

function headersOf(call: Call, key: string | undefined): Readonly<Record<string, string>> {
  return {
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(hasBody(call) ? { 'content-type': 'application/json' } : {}),
    ...call.headers,
  };
}

function isBusy({ headers, status }: Response): boolean {
  return AWAY.includes(status) || (status === 409 && headers.has('retry-after'));
}

/** An answer in few words, for the history. */
function said({ headers, status }: Response, body: Answer['body']): string {
  const again = headers.has('retry-after') ? ' again' : '';
  return `${status}${again}${status < 400 ? '' : ` ${String(body['code'])}`}`;
}

function causeOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function seenIn(
  call: Call,
  answer: Answer | undefined,
): Pick<Operation, 'deploymentId' | 'version' | 'state' | 'runId'> {
  const body = answer?.body ?? {};
  const deployment = (body['deployment'] ?? body) as { readonly id?: string; readonly status?: string };
  const run = body['run'] as { readonly id?: string } | undefined;
  // The tag of a run counts something else.
  const version =
    typeof body['version'] === 'number' ? body['version'] : call.what === 'read' ? versionOf(answer?.etag) : undefined;
  return { deploymentId: call.deploymentId ?? deployment.id, version, state: deployment.status, runId: run?.id };
}

/** The number in an `ETag` such as `"7"`. */
function versionOf(etag: string | undefined): number | undefined {
  const digits = /\d+/.exec(etag ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}
