import type { z } from 'zod';
import { problemOf, type Problem } from './problem.js';
import { whyUnstorable } from './storable-json.js';

/** Ends a request with a problem. Thrown by parsing, before anything was done; the error handler sends it. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'Refusal';
    this.problem = problem;
  }
}

/** Parses a body. @throws Refusal 422 that names each wrong field. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const unstorable = whyUnstorable(body);
  if (unstorable !== undefined) {
    const detail = `The body ${unstorable}. Correct it and send it again.`;
    throw new Refusal({ status: 422, code: 'request-invalid', detail });
  }
  return parse(schema, body, { status: 422, what: 'body' });
}

/** Parses a query string or headers. @throws Refusal 400 that names each wrong one. */
export function parseAround<Schema extends z.ZodType>(schema: Schema, input: unknown, what: string): z.infer<Schema> {
  return parse(schema, input, { status: 400, what });
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { status, what }: { readonly status: number; readonly what: string },
): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new Refusal(problemOf(parsed.error, status, what));
  return parsed.data;
}
