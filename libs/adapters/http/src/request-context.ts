import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = '0'.repeat(32);

/**
 * The correlation id of a request: the caller's `X-Request-Id` when it is 1 to 128 harmless characters, else a fresh
 * UUID. It comes back as `X-Request-Id` and goes on every event that follows.
 */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The trace id of a W3C `traceparent` header (Trace Context, section 3.2); undefined when there is none. */
export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  const parent = headers['traceparent'];
  const traceId = typeof parent === 'string' ? TRACE_PARENT.exec(parent)?.[1] : undefined;
  return traceId === NO_TRACE ? undefined : traceId;
}
