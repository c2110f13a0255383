import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Observable, tap } from 'rxjs';
import { operationOf, type OperationOptions } from './operation.js';

/** Headers by which the answer to a command says where it was recorded: a 204 has no body to say it in. */
export const RECORDED_HEADERS = {
  'Caisson-Stream': 'The stream in which the command is recorded.',
  'Caisson-Version': 'The version of that stream after the command.',
} as const;

/** What was only recorded is worth asking for again after so many seconds. */
export const RETRY_AFTER_ACCEPTED_S = '1';

const ACCEPTED = 202;
const replies = new AsyncLocalStorage<FastifyReply>();

/**
 * Says in the answer to the current request where its command is recorded; nothing happens outside of a request. The
 * last one counts where a request is several commands: what it was asked for comes last.
 */
export function sayRecorded(streamId: string, version: number): void {
  void replies.getStore()?.headers({ 'caisson-stream': streamId, 'caisson-version': String(version) });
}

/** Whether the success of an operation has `RECORDED_HEADERS`. */
export function saysRecorded(method: string, { recordsNoStream }: OperationOptions): boolean {
  return method.toLowerCase() !== 'get' && recordsNoStream === undefined;
}

/** Lets `sayRecorded` find the answer that is being made, and says when to look at what a 202 only recorded. */
@Injectable()
export class RecordedInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = context.getType() === 'http' ? operationOf(context.getHandler()) : undefined;
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (operation === undefined || !saysRecorded(method, operation)) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const inContext = new Observable((subscriber) => replies.run(reply, () => next.handle().subscribe(subscriber)));
    return inContext.pipe(
      tap(() => {
        if (reply.statusCode === ACCEPTED) void reply.header('retry-after', RETRY_AFTER_ACCEPTED_S);
      }),
    );
  }
}
