import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { digestOf } from '@caisson/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHmac } from 'node:crypto';
import { firstValueFrom, of, type Observable } from 'rxjs';
import { principalOf } from './caller.js';
import { edgeProblem } from './edge-problems.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import type { IdempotentAnswers, KeptAnswer, KeptRefusal, KeyedRequest } from './idempotent-answers.js';
import { operationOf, type OperationOptions } from './operation.js';
import { HttpProblem } from './problem.js';

/** Headers that say something about what was done, rather than about one answer. */
const KEPT_HEADERS = ['location', 'etag', 'retry-after', 'caisson-stream', 'caisson-version'] as const;

/**
 * Refusals that the state of things decided. They are answers as good as others. What the request alone decided comes
 * out the same again, and what was a matter of the moment (401, 429, 5xx, `Retry-After`) may go well the next time.
 */
const KEPT_REFUSALS: ReadonlySet<number> = new Set([403, 404, 409, 412, 422]);

/** Seconds after which the first request has probably been answered. */
const RETRY_AFTER_S = '1';

/** The owner of keys on operations that anybody may call. */
const ANYBODY = { tenantId: 'public', principalId: 'anybody' } as const;

/** What the interceptor works with. */
export interface IdempotencyOptions {
  readonly answers: IdempotentAnswers;
  /** Keys the fingerprints of requests, which may hold passwords. */
  readonly secret: string;
  /** Hears why an answer could not be remembered. The caller has it all the same. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Makes a request with an `Idempotency-Key` one request however often it is sent: the answer is remembered and given
 * again, one at a time, and only for the same request. Behind the guards, before the body is checked.
 */
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly options: IdempotencyOptions) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const operation = context.getType() === 'http' ? operationOf(context.getHandler()) : undefined;
    const http = context.switchToHttp();
    if (operation === undefined || !keepsAnswers(operation)) return next.handle();
    const keyed = this.keyedRequest(http.getRequest<FastifyRequest>());
    if (keyed === undefined) return next.handle();
    const reply = http.getResponse<FastifyReply>();
    const found = await this.options.answers.claim(keyed);
    switch (found.state) {
      case 'claimed':
        return of(await this.answerFirst({ keyed, claim: found.claim, operation, reply }, next));
      case 'answered':
        return of(again(found.answer, reply));
      case 'in-use':
        throw edgeProblem('idempotency-key-in-use', {
          detail: `The same request is being answered. Send it again in ${RETRY_AFTER_S} s to get its answer.`,
          headers: { 'retry-after': RETRY_AFTER_S },
        });
      case 'other-request':
        throw edgeProblem('idempotency-key-reused', {
          detail: 'Send a new Idempotency-Key with a new request.',
          errors: [{ pointer: 'Idempotency-Key', detail: 'belongs to another request' }],
        });
      case 'not-kept':
        throw edgeProblem(
          'idempotent-answer-not-kept',
          'It was done, and its answer held a secret that is shown once. Send a new Idempotency-Key to do it anew.',
        );
    }
  }

  private keyedRequest(request: FastifyRequest): KeyedRequest | undefined {
    const key = request.method === 'GET' ? undefined : idempotencyKeyOf(request.headers);
    if (key === undefined) return undefined;
    const { principalId, tenantId } = principalOf(request) ?? ANYBODY;
    const said = [request.method, request.url, request.headers['if-match'], digestOf(request.body ?? null)];
    const fingerprint = createHmac('sha256', this.options.secret).update(JSON.stringify(said)).digest('base64url');
    return { tenantId, caller: principalId, key, fingerprint };
  }

  private async answerFirst(first: FirstRequest, next: CallHandler): Promise<unknown> {
    const { operation, reply } = first;
    try {
      const body: unknown = await firstValueFrom(next.handle(), { defaultValue: undefined });
      const answer = { status: reply.statusCode, headers: keptHeaders(reply), ...(body === undefined ? {} : { body }) };
      await this.keep(first, operation.secretAnswer === true ? undefined : answer);
      return body;
    } catch (error) {
      const refusal = error instanceof HttpProblem ? keptRefusal(error) : undefined;
      await (refusal === undefined ? this.release(first) : this.keep(first, refusal));
      throw error;
    }
  }

  private async keep({ claim, keyed }: FirstRequest, answer: KeptAnswer | undefined): Promise<void> {
    await this.options.answers.keep(keyed, claim, answer).catch(this.options.onTrouble);
  }

  private async release({ claim, keyed }: FirstRequest): Promise<void> {
    await this.options.answers.release(keyed, claim).catch(this.options.onTrouble);
  }
}

/**
 * Whether a request is answered once per key. Not where anybody may exchange a secret for another: there the body says
 * again who it is, so who lost the answer gets the next one, and the key names the command only.
 */
export function keepsAnswers({ access, secretAnswer }: OperationOptions): boolean {
  return access !== 'public' || secretAnswer !== true;
}

interface FirstRequest {
  readonly keyed: KeyedRequest;
  readonly claim: string;
  readonly operation: OperationOptions;
  readonly reply: FastifyReply;
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  const given = KEPT_HEADERS.map((name) => [name, reply.getHeader(name)] as const);
  return Object.fromEntries(given.filter((row): row is [(typeof row)[0], string] => typeof row[1] === 'string'));
}

function keptRefusal(problem: HttpProblem): KeptAnswer | undefined {
  const { code, detail, errors, headers, members, status, title } = problem;
  const isKept = KEPT_REFUSALS.has(status) && headers['retry-after'] === undefined;
  return isKept ? { status, headers, refusal: { code, title, detail, errors, members } } : undefined;
}

function again({ body, headers, refusal, status }: KeptAnswer, reply: FastifyReply): unknown {
  void reply.header('idempotent-replayed', 'true');
  if (refusal !== undefined) throw problemOf(refusal, { status, headers });
  void reply.status(status).headers({ ...headers });
  return body;
}

function problemOf(
  { code, title, ...occurrence }: KeptRefusal,
  { headers, status }: Pick<KeptAnswer, 'headers' | 'status'>,
): HttpProblem {
  return new HttpProblem(code, { status, title }, { ...occurrence, headers });
}
