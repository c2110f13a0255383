import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError, problemOfError } from './problem-of-error.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';

/** A failure that an operator should know of. */
export interface FaultReport {
  readonly requestId: string;
  readonly method: string;
  /** The route's template, never the address with its ids. */
  readonly route: string;
  readonly code: string;
  /** Messages of the error and its causes. For the log only: it may name internals. */
  readonly message: string;
  readonly error: unknown;
}

/** Turns whatever was thrown while answering into a problem document. Outside HTTP it lets the error go on. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly report: (report: FaultReport) => void) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { problem, report } = problemOfError(error);
    if (report) {
      this.report({
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unmatched',
        code: problem.code,
        message: describeError(error),
        error,
      });
    }
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // Half an answer must not look like a whole one.
      return;
    }
    void reply
      .headers(problem.headers)
      .status(problem.status)
      .type(PROBLEM_MEDIA_TYPE)
      .send(problemDocument(problem, request));
  }
}
