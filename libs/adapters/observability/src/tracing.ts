import { trace } from '@opentelemetry/api';
/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and nothing otherwise. Call it before any driver is
 * used: the drivers are CommonJS modules, loaded by `require` after this, so that they are patched in place.
 *
 * @returns ends tracing and sends what is left.
 */
export async function startTracing(
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<() => Promise<void>> {
  if ((environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') === '') return () => Promise.resolve();
  const [{ NodeSDK }, http, kafka, pg, redis] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-kafkajs'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
  ]);
  const sdk = new NodeSDK({
    serviceName: `caisson-${service}`,
    instrumentations: [
      new http.HttpInstrumentation(),
      new kafka.KafkaJsInstrumentation(),
      new pg.PgInstrumentation({ requireParentSpan: true }),
      new redis.IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}

/** The trace that what runs now is recorded in; undefined when nothing is recorded. */
export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
