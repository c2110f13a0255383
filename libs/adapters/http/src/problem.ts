import type { ProblemCatalog, ProblemDetail, ProblemType } from '@caisson/contracts';

/** What is particular about one occurrence. */
export interface ProblemOccurrence {
  /** What exactly, and what to do. Never holds what the caller sent. */
  readonly detail: string;
  readonly errors?: readonly ProblemDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document, such as `state` and `allowed`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal on its way to the caller. Thrown at the edge only; becomes `application/problem+json`. */
export class HttpProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, type: ProblemType, occurrence: ProblemOccurrence) {
    super(`${code}: ${occurrence.detail}`, occurrence.cause === undefined ? undefined : { cause: occurrence.cause });
    this.name = 'HttpProblem';
    this.code = code;
    this.status = type.status;
    this.title = type.title;
    this.detail = occurrence.detail;
    this.errors = occurrence.errors ?? [];
    this.headers = occurrence.headers ?? {};
    this.members = occurrence.members ?? {};
  }
}

/** Makes problems of one catalog: a code that is not in it does not compile. */
export function problemsOf<Catalog extends ProblemCatalog>(
  catalog: Catalog,
): (code: keyof Catalog & string, occurrence: ProblemOccurrence | string) => HttpProblem {
  return (code, occurrence) =>
    new HttpProblem(
      code,
      catalog[code] as ProblemType,
      typeof occurrence === 'string' ? { detail: occurrence } : occurrence,
    );
}
