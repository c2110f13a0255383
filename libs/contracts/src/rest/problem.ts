import { z } from 'zod';

/** One thing that is wrong with a request: where, and what would be right. */
export const ProblemDetail = z.object({
  /** JSON Pointer (RFC 6901) into the body, `?name` for a query parameter, or the name of a header. */
  pointer: z.string(),
  detail: z.string(),
});

/**
 * Every answer that is not a success: `application/problem+json` (RFC 9457). `code` is for programs and never changes
 * its meaning; `title` is constant per code; `detail` says what exactly, and what to do. More members depend on the
 * code.
 */
export const Problem = z.looseObject({
  /** Where the code is explained, relative to the server. */
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.string(),
  detail: z.string(),
  /** The path that was asked. */
  instance: z.string(),
  /** The correlation id: the answer's `X-Request-Id`, also in the logs and on every event. */
  requestId: z.string(),
  /** Of the trace that the request belongs to, 32 hex digits; where none is recorded, it follows from `requestId`. */
  traceId: z.string(),
  errors: z.array(ProblemDetail).optional(),
});

/** One thing that is wrong with a request. */
export type ProblemDetail = z.infer<typeof ProblemDetail>;
/** A problem document. */
export type Problem = z.infer<typeof Problem>;
