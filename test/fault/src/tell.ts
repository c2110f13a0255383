import type { Operation } from './history/history.js';
import type { ScheduleResult } from './run-schedule.js';

const OPERATIONS_SHOWN = 40;
const TRIES_SHOWN = 6;

/** What a person needs who looks into a schedule: what happened, what broke, and how to see it again. */
export function tellStory({ operations, schedule, story, violations }: ScheduleResult): string {
  const commands = operations
    .filter(({ key, outcome }) => key !== undefined || outcome !== 'ok')
    .slice(-OPERATIONS_SHOWN);
  return [
    `Schedule ${schedule.seed}:`,
    ...story.map((line) => `  ${line}`),
    'What people asked for, and what they were answered:',
    ...commands.map(tellOperation),
    violations.length === 0 ? 'No promise was broken.' : 'Broken promises:',
    ...violations.map(({ oracle, what }) => `  ${oracle}: ${what}`),
    `See it again: npm run fault -- --seed ${schedule.seed}`,
  ].join('\n');
}

function tellOperation({ deploymentId, endedMs, invokedMs, outcome, person, tries, what }: Operation): string {
  const when = `${seconds(invokedMs)} to ${seconds(endedMs)}`;
  return `  ${when}: ${person} ${what} ${deploymentId ?? ''} ${outcome} (${tries.slice(-TRIES_SHOWN).join(', ')})`;
}

/** One line about a schedule that went well or not. */
export function tellResult({ operations, restarts, schedule, tookMs, violations }: ScheduleResult): string {
  const commands = operations.filter(({ key }) => key !== undefined).length;
  const broken = violations.length === 0 ? 'ok' : `${violations.length} BROKEN`;
  return (
    `schedule ${schedule.seed}: ${broken}, ${schedule.blows.length} faults, ${schedule.people.length} people, ` +
    `${commands} commands, ${restarts} restarts, ${seconds(tookMs)}`
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
