import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { isPaged } from './described-route.js';
import { operationOf } from './operation.js';

/** Names the next page of a list in a `Link` header (RFC 8288), where its answer has a `nextCursor`. */
@Injectable()
export class PageLinksInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = context.getType() === 'http' ? operationOf(context.getHandler()) : undefined;
    if (operation === undefined || !isPaged(operation)) return next.handle();
    const http = context.switchToHttp();
    return next.handle().pipe(
      tap((answer: { readonly nextCursor?: string }) => {
        if (answer.nextCursor === undefined) return;
        const address = addressOf(http.getRequest<FastifyRequest>().url, answer.nextCursor);
        void http.getResponse<FastifyReply>().header('link', `<${address}>; rel="next"`);
      }),
    );
  }
}

function addressOf(url: string, cursor: string): string {
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
