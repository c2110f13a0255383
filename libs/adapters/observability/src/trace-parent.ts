/** The trace id within a `traceparent` (W3C Trace Context, section 3.2). */
export function traceIdOfParent(traceparent: string): string {
  return traceparent.split('-')[1] ?? '';
}
