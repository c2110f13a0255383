import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '@caisson/contracts';
import type { HttpProblem } from './problem.js';
import { traceIdOf } from './request-context.js';

/** Media type of RFC 9457. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

const INSTANCE_MAX = 512;

/** The request that a problem answers. */
export interface AskedRequest {
  readonly id: string;
  /** As received, percent escapes included. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Writes a problem as the document that goes out. The query string stays out: it may hold secrets. */
export function problemDocument(problem: HttpProblem, request: AskedRequest): Problem {
  return {
    ...problem.members,
    type: `/docs/errors#${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    instance: (request.url.split('?')[0] ?? '').slice(0, INSTANCE_MAX),
    requestId: request.id,
    traceId: traceIdOf(request),
    ...(problem.errors.length === 0 ? {} : { errors: [...problem.errors] }),
  };
}
