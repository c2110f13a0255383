import { validateDesiredState, type DesiredState } from '@caisson/contracts';
import { apiProblem } from './api-problems.js';

/**
 * Refuses a desired state that no planner could plan: names used twice, references to nothing, cycles.
 *
 * @throws HttpProblem 422 that names every place.
 */
export function checkDesiredState(desired: DesiredState): void {
  const problems = validateDesiredState(desired);
  if (problems.length === 0) return;
  throw apiProblem('desired-state-invalid', {
    detail: `Correct ${problems.length === 1 ? 'the place' : `the ${problems.length} places`} named in errors.`,
    errors: problems.map(({ message, pointer }) => ({ pointer, detail: message })),
    members: { problems: [...new Set(problems.map(({ code }) => code))] },
  });
}
