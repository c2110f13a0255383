import { stringify } from 'yaml';
import type { WatchedEvent } from '@caisson/client';
import { openCall, type Verb } from '../command.js';
import { findDeployment } from '../find.js';
import type { Format } from '../output.js';

interface EventOptions {
  readonly follow?: boolean;
  readonly deployment?: string;
  readonly type?: readonly string[];
  readonly after?: string;
}

const BEGINNING = '0';

/** What is asked of events. */
export const EVENT_VERBS: readonly Verb[] = [
  {
    noun: 'event',
    verb: 'list',
    short: 'events',
    define: (command, terminal) =>
      command
        .option('-f, --follow', 'stay, and tell what happens from now on')
        .option('--deployment <deployment>', 'only of this one, by id or name')
        .option('--type <type...>', 'only of these types, such as caisson.execution.*')
        .option('--after <place>', 'begin after a place that an earlier call said; 0 is the beginning')
        .description('tell events in order: what happened until now, or with --follow what happens')
        .action(async (options: EventOptions) => {
          const { client, format, isQuiet } = await openCall(terminal, command);
          const { deployment, follow, type } = options;
          const id = deployment === undefined ? undefined : (await findDeployment(client, deployment)).id;
          const after = options.after ?? (follow === true ? undefined : BEGINNING);
          const until = follow === true ? undefined : await client.eventHead();
          const watched = client.watchEvents({
            ...(id === undefined ? {} : { deployment: id }),
            ...(type === undefined ? {} : { types: type }),
            ...(after === undefined ? {} : { after }),
            ...(until === undefined ? {} : { until }),
            onReconnect: (reason) => {
              if (!isQuiet) terminal.note(`The stream was cut (${reason}); it goes on.`);
            },
          });
          for await (const event of watched) terminal.print(shown(event, format));
        }),
  },
];

/** One line, or one document, per event: a stream has no end to close a list with. */
function shown({ event, place }: WatchedEvent, format: Format): string {
  if (format === 'json') return JSON.stringify({ place, ...event });
  if (format === 'yaml') return `---\n${stringify({ place, ...event }).trimEnd()}`;
  const about = [event.data['unitId'], event.data['runId']].find((id) => typeof id === 'string') ?? '';
  return [place.padStart(8), event.time, event.type.padEnd(44), event.subject, about].join('  ').trimEnd();
}
