import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ProblemDetail } from '@caisson/contracts';
import type { ZodType } from 'zod';
import { edgeProblem } from './edge-problems.js';
import { inputWords } from './input-words.js';
import { pointerOf } from './pointer.js';
import type { HttpProblem } from './problem.js';

const ERRORS_MAX = 50;
const MESSAGE_MAX = 300;

/** One thing a schema has to say, with what zod adds to the Standard Schema. */
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/**
 * Checks arguments against the schema that their decorator names (`@Body({ schema })`). What does not fit the shape is
 * 400; what fits and breaks a rule between fields (a zod refinement) is 422; an id in the path that is none is 404.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<Value>(value: Value, metadata: ArgumentMetadata): Promise<Value> {
    const { schema } = metadata;
    if (schema === undefined || metadata.type === 'custom') return value;
    // Every schema of ours is zod's, which takes the words for what a schema says nothing about itself.
    const result = await (schema as unknown as ZodType<Value>).safeParseAsync(value, { error: inputWords });
    if (result.success) return result.data;
    throw problemOfIssues(result.error.issues, metadata.type);
  }
}

function problemOfIssues(issues: readonly SchemaIssue[], source: ArgumentMetadata['type']): HttpProblem {
  if (source === 'param')
    return edgeProblem('not-found', 'Check the id in the address. It may also belong to somebody else.');
  const errors = issues.flatMap((issue) => detailsOf(issue, source)).slice(0, ERRORS_MAX);
  if (source === 'query') {
    return edgeProblem('invalid-parameter', { detail: `Correct ${named(errors)} and send it again.`, errors });
  }
  const isSemantic = issues.every((issue) => issue.code === 'custom');
  const code = isSemantic ? 'unprocessable-request' : 'invalid-request';
  return edgeProblem(code, { detail: `Correct ${named(errors)} and send it again.`, errors });
}

function detailsOf(issue: SchemaIssue, source: ArgumentMetadata['type']): readonly ProblemDetail[] {
  const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const at = (rest: readonly PropertyKey[]) =>
    source === 'query' ? `?${rest.map(String).join('.')}` : pointerOf(rest);
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({
      pointer: at([...path, key]),
      detail: 'is not a known field; remove it',
    }));
  }
  return [{ pointer: at(path), detail: issue.message.slice(0, MESSAGE_MAX) }];
}

function named(errors: readonly ProblemDetail[]): string {
  const places = errors.map(({ pointer }) => (pointer === '' ? 'the body' : pointer.slice(0, 200)));
  const first = [...new Set(places)].slice(0, 3); // One place may have several errors.
  return first.length === 0 ? 'the request' : first.join(', ');
}
