import { allowedCommands, FINAL_RUN_STATES, RUN_STATES, RUN_TRANSITIONS, SETTLED_RUN_STATES } from '@caisson/contracts';
import { TASK_STATES, TASK_TRANSITIONS } from '@caisson/contracts';
import { madeFrom, page, table } from './markdown.js';

/** The page `docs/reference/run-states.md`, made from the table that the code follows. */
export function runStatesPage(): string {
  const rows = RUN_TRANSITIONS.map(({ from, to, command, when }) => [
    `\`${from}\``,
    `\`${to}\``,
    command === undefined ? '' : `\`${command}\``,
    when,
  ]);
  const states = RUN_STATES.map((state) => [
    `\`${state}\``,
    allowedCommands(state)
      .map((command) => `\`${command}\``)
      .join(', '),
    FINAL_RUN_STATES.includes(state) ? 'yes' : '',
    SETTLED_RUN_STATES.includes(state) ? '' : 'yes',
  ]);
  return page('The states of a run', [
    `A run is always in one of ${RUN_STATES.length} states. A command in a state that does not list it is answered ` +
      'with 409 and the commands that are legal. `GET /api/v1/run-states` serves the same table.',
    madeFrom('libs/contracts/src/run-states.ts'),
    '## Transitions',
    table(['From', 'To', 'Command', 'When'], rows),
    '## States',
    table(['State', 'Commands', 'Final', 'Holds its deployment'], states),
  ]);
}

/** The page `docs/reference/task-states.md`. */
export function taskStatesPage(): string {
  const rows = TASK_STATES.map((state) => {
    const next = TASK_TRANSITIONS[state].map((following) => `\`${following}\``).join(', ');
    return [`\`${state}\``, next === '' ? 'final' : next];
  });
  return page('The states of a task', [
    'A task is one unit of a plan being executed in a run.',
    madeFrom('libs/contracts/src/task-states.ts'),
    table(['State', 'May be followed by'], rows),
    'What a failed task says is listed in [Why a run fails](run-failures.md).',
  ]);
}
