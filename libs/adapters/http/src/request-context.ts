import { sha256 } from '@caisson/kernel';
import { activeTraceId } from '@caisson/observability';
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

/**
 * The trace that a request belongs to: the one that is recorded, else that of its `traceparent` header (W3C Trace
 * Context, section 3.2), else one that follows from its id, so that there always is one to ask for.
 */
export function traceIdOf({ headers, id }: { readonly headers: IncomingHttpHeaders; readonly id: string }): string {
  const parent = headers['traceparent'];
  const given = typeof parent === 'string' ? TRACE_PARENT.exec(parent)?.[1] : undefined;
  const fallback = given === undefined || given === NO_TRACE ? sha256(id).slice(0, NO_TRACE.length) : given;
  return activeTraceId() ?? fallback;
}
