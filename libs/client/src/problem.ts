/** A problem document (RFC 9457) that the API answered. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly [extension: string]: unknown;
}

/** The API refused a call. `problem` says why and what to do. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    const errors = (problem.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`);
    super([`${problem.status} ${problem.code}`, problem.detail ?? problem.title, ...errors].join(' – '));
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** The problem that the API answered, when that is what was thrown. Judged by name: it holds across package copies. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof Error && error.name === 'ApiProblem' ? (error as ApiProblem).problem : undefined;
}

/** What a refusal says. Something between may have answered in the API's place: then the status is all there is. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (isProblem) return new ApiProblem((await response.json()) as Problem);
  await response.body?.cancel();
  const { status } = response;
  const detail = `${new URL(response.url).origin} answered ${status}, and not as the API does. Is the address right?`;
  return new ApiProblem({ code: 'not-the-api', title: 'Something else answered', status, detail });
}
