import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { activeTraceParent, nameRequestSpan, withStory, type Logger, type Metrics } from '@caisson/observability';
import type { FastifyInstance } from 'fastify';
import { principalOf } from './caller.js';
import { answerNotModified } from './not-modified.js';
import { PageLinksInterceptor } from './page-links.interceptor.js';
import { ProblemFilter, type FaultReport } from './problem.filter.js';
import { RecordedInterceptor } from './recorded.interceptor.js';
import { UnreadInputGuard } from './unread-input.guard.js';
import { ValidationPipe } from './validation.pipe.js';

const MS_PER_S = 1000;

/** What asks whether a process is well, every few seconds and for ever. */
const PROBES = new Set(['/livez', '/readyz', '/health', '/health/live', '/health/ready', '/metrics']);

/** What HTTP tells the operator. */
export interface HttpReporting {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Gives an application on `createHttpAdapter` its problem documents, its checks of input, a story for its log lines,
 * an access log by route template (an address may hold a secret, such as a callback's token), and the metric
 * `caisson_http_request_duration_seconds`. Call it before `init`.
 */
export function prepareHttp(app: NestFastifyApplication, { log, metrics }: HttpReporting): void {
  app.useGlobalFilters(new ProblemFilter((report) => reportFault(log, report)));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalGuards(new UnreadInputGuard());
  app.useGlobalInterceptors(new PageLinksInterceptor(), new RecordedInterceptor());
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  answerNotModified(fastify);
  fastify.addHook('onRequest', (request, _reply, done) => {
    nameRequestSpan(request.method, request.routeOptions.url ?? 'unmatched');
    const traceparent = activeTraceParent();
    if (traceparent !== undefined) traces.set(request, traceparent);
    withStory({ correlationId: request.id }, done);
  });
  const traces = new WeakMap<object, string>();
  const durations = metrics.tracedDuration('caisson_http_request_duration_seconds', 'Time to answer a request.', [
    'method',
    'route',
    'status',
  ]);
  fastify.addHook('onResponse', (request, reply, done) => {
    if (String(reply.raw.getHeader('content-type')).startsWith('text/event-stream')) {
      done(); // It lasts as long as somebody watches.
      return;
    }
    const route = request.routeOptions.url ?? 'unmatched'; // The template: addresses would make endless series.
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    durations.observe(labels, reply.elapsedTime / MS_PER_S, traces.get(request));
    const { principalId, tenantId } = principalOf(request) ?? {};
    const answered = { ...labels, durationMs: Math.round(reply.elapsedTime), tenantId, principalId };
    log[PROBES.has(route) ? 'debug' : 'info'](answered, 'a request was answered');
    done();
  });
}

function reportFault(log: Logger, { error, ...fields }: FaultReport): void {
  log.error({ ...fields, error }, 'a request failed');
}
