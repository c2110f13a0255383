import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi } from '../harness/api-process.js';
import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Comparison, type Contest, type Goal } from '../harness/goal.js';
import { broadcasterOf, DELIVERIES_PER_S, startFloor, streamSide } from './p21-stream-sides.js';

const WATCHERS = [100, 1_000, 2_000] as const;

const oursOf = (watchers: number): string => `Caisson, ${watchers.toLocaleString('en')}`;
const floorOf = (watchers: number): string => `bare, ${watchers.toLocaleString('en')}`;

/** P21: many who watch one process. */
export const liveStreams: Goal = {
  id: 'P21',
  title: 'server-sent events to 100, 1,000 and 2,000 clients of one process',
  sliceMs: 4_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const databaseUrl = await server.createDatabase('streams');
    const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-streams-'));
    const api = await startApi(databaseUrl, directory, {
      CAISSON_LIVE_STREAMS_PER_TENANT_MAX: '2500',
      CAISSON_LIVE_BEAT_MS: '600000', // A sign of life would be counted as an event.
    });
    const floor = await startFloor();
    const ours = await broadcasterOf(api.service, { databaseUrl, ...(await api.administrator()) });
    return {
      sides: WATCHERS.flatMap((watchers) => [
        streamSide(floorOf(watchers), watchers, floor),
        streamSide(oursOf(watchers), watchers, ours),
      ]),
      comparisons: WATCHERS.flatMap((watchers) => comparisonsOf(watchers)),
      notes: [
        `${DELIVERIES_PER_S.toLocaleString('en')} deliveries a second are offered over all clients; a slice counts ` +
          'only if each client got each event once. The clients share the machine with the server.',
        'Caisson: one process of the API on the embedded profile; another process appends events to its Postgres. ' +
          'Its CPU has the numbering of events and the reading of the store in it.',
        'Floor: a bare `node:http` server that is posted the same bytes and writes them to everybody.',
      ],
      close: async () => {
        await ours.close();
        await floor.close();
        await api.service.stop();
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
};

function comparisonsOf(watchers: number): readonly Comparison[] {
  const to = `of ${watchers.toLocaleString('en')}`;
  const [ours, bare] = [oursOf(watchers), floorOf(watchers)];
  return [
    {
      title: `CPU per delivery ÷ floor, ${to}`,
      of: ratio('deliveryCpuUs', ours, bare),
      ...{ atLeast: false, gate: 3, goal: 2 },
    },
    {
      title: `memory that grew while delivering, MiB, ${to}`,
      of: (round) => round.get(ours)?.['grownMib'],
      atLeast: false,
    },
  ];
}
