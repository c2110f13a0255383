import { EDGE_PROBLEMS, Problem, type ProblemCatalog, type ProblemCode } from '@caisson/contracts';
import { invariant } from '@caisson/kernel';
import { isCommand, type DescribedRoute } from './described-route.js';
import { keepsAnswers } from './idempotency.interceptor.js';
import type { JsonSchema, OpenApiSchemas } from './open-api-schemas.js';

const PLACE = '#/components/responses/';
const MEDIA_TYPE = 'application/problem+json';

/** Statuses that any operation can answer: they are decided before it is reached, or are nobody's wish. */
const ANY = [400, 408, 414, 415, 429, 431, 500, 503];

const TEXTS: Readonly<Record<number, string>> = {
  400: 'The request does not have the right shape.',
  401: 'No valid credential.',
  403: 'The role does not allow this.',
  404: 'There is no such thing, or it is not yours.',
  408: 'The request did not arrive in time.',
  409: 'The state does not allow this.',
  412: 'It has changed since it was read.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The body is not JSON.',
  422: 'Understood, and cannot be followed; the fields are named.',
  428: 'If-Match is missing.',
  429: 'Too many requests; try again after Retry-After.',
  431: 'The headers are too large.',
  500: 'A defect of Caisson.',
  503: 'Away for the moment; try again after Retry-After.',
};

/**
 * Describes what operations refuse: per status the codes that can come, so that a program can be written against them.
 * What many operations share is one response of the document.
 */
export class OpenApiRefusals {
  private readonly shared = new Map<string, JsonSchema>();

  /** `catalog` has the status of every code. */
  constructor(
    private readonly catalog: ProblemCatalog,
    private readonly schemas: OpenApiSchemas,
  ) {}

  /** The responses of one operation by status. */
  of(route: DescribedRoute): Readonly<Record<string, JsonSchema>> {
    const byStatus = new Map<number, string[]>();
    for (const status of statusesByShape(route)) byStatus.set(status, edgeCodesOf(status));
    for (const code of [...keyProblems(route), ...versionProblems(route), ...(route.operation.problems ?? [])]) {
      const status = this.catalog[code]?.status;
      invariant(status !== undefined, `${route.id} answers ${code}, which is in no catalog`);
      byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
    }
    const rows = [...byStatus].sort(([left], [right]) => left - right);
    return Object.fromEntries(rows.map(([status, codes]) => [status, this.response(status, codes)]));
  }

  /** The responses that several operations share, by name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.shared].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  private response(status: number, given: readonly string[]): JsonSchema {
    const codes = [...new Set(given)].sort();
    const response = {
      description: TEXTS[status] ?? 'Refused.',
      ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
      content: {
        [MEDIA_TYPE]: {
          schema: {
            allOf: [this.schemas.output(Problem, 'Problem')],
            properties: { status: { const: status }, code: { enum: codes } },
          },
        },
      },
    };
    if (codes.join() !== edgeCodesOf(status).join()) return response;
    const name = `Problem${status}`;
    this.shared.set(name, response);
    return { $ref: `${PLACE}${name}` };
  }
}

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' } } };

function edgeCodesOf(status: number): string[] {
  const codes = Object.entries(EDGE_PROBLEMS).filter(([, type]) => type.status === status);
  return codes.map(([code]) => code).sort();
}

/** What an `Idempotency-Key` can meet, beside a 422. */
function keyProblems(route: DescribedRoute): readonly (keyof typeof EDGE_PROBLEMS)[] {
  if (!isCommand(route) || !keepsAnswers(route.operation)) return [];
  return route.operation.secretAnswer === true
    ? ['idempotency-key-in-use', 'idempotent-answer-not-kept']
    : ['idempotency-key-in-use'];
}

function versionProblems({ operation }: DescribedRoute): readonly ProblemCode[] {
  return operation.readsStream === undefined ? [] : ['version-not-reached'];
}

function statusesByShape(route: DescribedRoute): readonly number[] {
  const { method, operation, read } = route;
  const { access, ifMatch } = operation;
  return [
    ...ANY,
    ...(access === 'public' ? [] : [401]),
    ...(access.includes(':') ? [403] : []),
    ...(read.params.size > 0 ? [404] : []),
    ...(method === 'get' ? [] : [413]),
    ...(read.body === undefined && !isCommand(route) ? [] : [422]),
    ...(ifMatch === undefined ? [] : [412]),
    ...(ifMatch === 'required' ? [428] : []),
  ];
}
