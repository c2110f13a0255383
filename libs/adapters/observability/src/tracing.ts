import { trace } from '@opentelemetry/api';

/** What asks whether a process is well, every few seconds and for ever, is no story. */
const UNTRACED = new Set(['/livez', '/readyz', '/health', '/health/live', '/health/ready', '/metrics']);

/** Of a request until it is routed; see `nameRequestSpan`. A path or query as it was sent may hold a token. */
const UNADDRESSED = { 'url.path': 'unmatched', 'url.query': '' };

/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and nothing otherwise: traces only, in batches, by
 * OTLP. Call it before any driver is loaded: it patches what is loaded after it. Kafka is not patched: which trace an
 * event belongs to is stored with it, and the sending of a page is no part of the story of one of its events.
 * Addresses and arguments of commands to Redis stay here: they may hold what whoever reads traces must not have.
 *
 * @returns ends tracing and sends what is left.
 */
export async function startTracing(
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<() => Promise<void>> {
  if ((environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') === '') return () => Promise.resolve();
  const [{ NodeSDK }, http, undici, pg, redis] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-undici'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
  ]);
  const sdk = new NodeSDK({
    serviceName: `caisson-${service}`,
    metricReaders: [], // Metrics are scraped, logs are written to standard output.
    logRecordProcessors: [],
    instrumentations: [
      new http.HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url = '' }) => UNTRACED.has(url.split('?')[0] ?? ''),
        startIncomingSpanHook: () => UNADDRESSED,
        startOutgoingSpanHook: ({ host, hostname, protocol = 'http:' }) => ({
          'url.full': `${protocol}//${hostname ?? host ?? ''}`,
        }),
        requireParentforOutgoingSpans: true,
      }),
      new undici.UndiciInstrumentation({
        startSpanHook: ({ origin }) => ({ 'url.full': origin, 'url.path': '', 'url.query': '' }),
        requireParentforSpans: true,
      }),
      new pg.PgInstrumentation({ requireParentSpan: true }),
      new redis.IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}

/** The trace that what runs now is recorded in; undefined when nothing is recorded. */
export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
