import { expect, it } from 'vitest';
import type { OperationOutcome } from './history.js';
import { outcomeOf } from './outcome.js';

it.each<[OperationOutcome, number, number, string]>([
  ['ok', 202, 3, 'an answer is an answer, also to a request that was sent again'],
  ['fail', 401, 0, 'who was turned away at the first try did nothing'],
  ['unknown', 401, 1, 'a token that ended meanwhile says nothing of a commit whose answer was lost'],
  ['unknown', 429, 1, 'nor does a limit'],
  ['fail', 409, 1, 'a request that was judged is answered by its key, whatever became of the tries before'],
])('is %s for %i after %i tries: %s', (outcome, status, triesBefore) => {
  expect(outcomeOf(status, triesBefore)).toBe(outcome);
});
