import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { messageOf } from '@caisson/kernel';

/** One piece of work in a trace. */
export interface SpanOptions {
  readonly name: string;
  /** Default `internal`. */
  readonly kind?: 'internal' | 'producer' | 'consumer';
  /** The `traceparent` (W3C Trace Context) of what it follows from. Default: what runs now. */
  readonly parent?: string | undefined;
  readonly attributes?: Attributes;
}

const KINDS = { internal: SpanKind.INTERNAL, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;

/**
 * Runs work as a span. Only within a trace that is recorded: work begins no trace by itself, and what was not sampled
 * costs a comparison.
 */
export async function inSpan<Result>(options: SpanOptions, work: () => Promise<Result>): Promise<Result> {
  const parent = parentOf(options);
  if (parent === undefined) return work();
  const span = begin(options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** Records work that has just ended and took so long, under the same condition as `inSpan`. */
export function recordSpan(options: SpanOptions & { readonly durationMs: number }): void {
  const parent = parentOf(options);
  if (parent === undefined) return;
  const endedMs = Date.now();
  begin(options, parent, endedMs - options.durationMs).end(endedMs);
}

/** The `traceparent` of what runs now; undefined when it is not recorded, so that nobody carries it further. */
export function activeTraceParent(): string | undefined {
  if (!isRecorded(context.active())) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Links what runs now with the trace that it goes on with, such as an approval with the request that waits for it. */
export function linkToTrace(traceparent: string): void {
  const span = trace.getActiveSpan();
  const other = trace.getSpanContext(contextOf(traceparent));
  if (span === undefined || other === undefined || other.traceId === span.spanContext().traceId) return;
  span.addLink({ context: other });
}

/** Names the span of a request by its route's template, which stands for the address too: that may hold a token. */
export function nameRequestSpan(method: string, route: string): void {
  trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttributes({ 'http.route': route, 'url.path': route });
}

/** How an event store shows up in traces; see `StoreTracing` of `@caisson/event-store-postgres`. */
export const storeTracing = {
  append: <Result>(streamId: string, work: (traceparent: string | undefined) => Promise<Result>): Promise<Result> =>
    inSpan({ name: 'append', attributes: { 'caisson.stream': streamId } }, () => work(activeTraceParent())),
  follow: linkToTrace,
};

function begin({ attributes = {}, kind = 'internal', name }: SpanOptions, parent: Context, startTime?: number): Span {
  const options = { attributes, kind: KINDS[kind], ...(startTime === undefined ? {} : { startTime }) };
  return trace.getTracer('caisson').startSpan(name, options, parent);
}

function parentOf({ parent }: SpanOptions): Context | undefined {
  const at = parent === undefined ? context.active() : contextOf(parent);
  return isRecorded(at) ? at : undefined;
}

/** Of what is active now only the span is replaced: whatever else belongs to the work stays with it. */
function contextOf(traceparent: string): Context {
  const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent }));
  return found === undefined ? ROOT_CONTEXT : trace.setSpanContext(context.active(), found);
}

function isRecorded(at: Context): boolean {
  return ((trace.getSpanContext(at)?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0;
}
