import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import type { ServiceProcess } from '@caisson/local';
import type { Figures, Side } from '../harness/goal.js';
import { runOpenLoop } from '../harness/open-loop.js';
import { processTimeUs, residentBytes } from '../harness/processor-time.js';
import { endProcess } from './footprint-process.js';
import { Watchers } from './p21-watchers.js';
import { SAMPLE_DATA } from './sample-event.js';

const FLOOR_PROGRAM = fileURLToPath(new URL('../floors/stream-floor.js', import.meta.url));
const [KIB, MIB] = [2 ** 10, 2 ** 20];

/** Deliveries offered in a second, over all who watch. */
export const DELIVERIES_PER_S = 30_000;

/** Something that hands events to all who watch. */
interface Broadcaster {
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  publish(): Promise<void>;
}

/** What one event costs for each of so many watchers, and what each of them costs while nothing happens. */
export function streamSide(name: string, watchers: number, to: Broadcaster): Side {
  return {
    name,
    measure: async (sliceMs): Promise<Figures> => {
      const before = residentBytes(to.pid);
      const open = await Watchers.open(watchers, to.url, to.headers);
      try {
        const opened = residentBytes(to.pid);
        const cpuBefore = processTimeUs(to.pid);
        const ratePerS = DELIVERIES_PER_S / watchers;
        const { offered } = await runOpenLoop({ ratePerS, durationMs: sliceMs, offer: () => to.publish() });
        await open.received(offered);
        const deliveries = offered * watchers;
        return {
          deliveries,
          deliveryCpuUs: (processTimeUs(to.pid) - cpuBefore) / deliveries,
          watcherKib: (opened - before) / watchers / KIB,
          grownMib: (residentBytes(to.pid) - opened) / MIB,
          residentMib: residentBytes(to.pid) / MIB,
        };
      } finally {
        open.close();
      }
    },
  };
}

/** FL16: the same bytes from a bare server. */
export async function startFloor(): Promise<Broadcaster & { close(): Promise<void> }> {
  const child: ChildProcess = fork(FLOOR_PROGRAM);
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  const body = `id: 1\ndata: ${JSON.stringify({ ...ENVELOPE, data: SAMPLE_DATA })}\n\n`;
  return {
    pid: child.pid ?? 0,
    url,
    headers: {},
    publish: async () => {
      const response = await fetch(url, { method: 'POST', body });
      await response.arrayBuffer();
    },
    close: () => endProcess(child),
  };
}

/** What goes around the data of an event of ours. */
const ENVELOPE = {
  ...{
    specversion: '1.0',
    id: randomUUID(),
    source: '/caisson/bench',
    type: 'caisson.deployment.deployment-changed.v1',
  },
  ...{ subject: `thing-${randomUUID()}`, time: new Date(0).toISOString(), datacontenttype: 'application/json' },
  ...{ tenantid: randomUUID(), correlationid: randomUUID(), causationid: randomUUID(), sequence: '0000000001' },
};

/** The API, told of events by the store as always. */
export async function broadcasterOf(
  api: ServiceProcess,
  at: { readonly databaseUrl: string; readonly tenantId: string; readonly token: string },
): Promise<Broadcaster & { close(): Promise<void> }> {
  const store: OpenedEventStore = await openEventStore({ url: at.databaseUrl });
  return {
    pid: api.pid ?? 0,
    url: `${api.url}/api/v1/events`,
    headers: { authorization: `Bearer ${at.token}` },
    publish: async () => {
      const commandId = randomUUID();
      const result = await store.events.append({
        stream: { tenantId: at.tenantId, streamId: `thing-${randomUUID()}` },
        expected: { version: 0, hash: '' },
        context: {
          ...{ correlationId: randomUUID(), causationId: commandId, actor: 'service:bench', commandId },
          ...{ occurredAt: new Date().toISOString(), service: 'bench' },
        },
        events: [
          {
            type: 'ThingChanged',
            schemaVersion: 1,
            data: SAMPLE_DATA,
            publicForm: { type: ENVELOPE.type },
          },
        ],
      });
      if (result.outcome !== 'appended') throw new Error(`the event was not appended: ${result.outcome}`);
    },
    close: () => store.close(),
  };
}
