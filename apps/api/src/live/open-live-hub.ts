import type { ServiceFrame } from '@caisson/service';
import { LIVE_DEFAULTS, type ApiSettings } from '../settings.js';
import { LiveHub } from './live-hub.js';

/** What the hub of a process is made of. */
export interface LiveHubFrame extends Pick<ServiceFrame, 'feed' | 'wakeups' | 'clock' | 'log' | 'metrics'> {
  readonly settings: Partial<Pick<ApiSettings, keyof typeof LIVE_DEFAULTS>>;
}

/** The hub with its limits and metrics. It must be started, and stopped before the server that it writes to. */
export function openLiveHub({ clock, feed, log, metrics, settings, wakeups }: LiveHubFrame): LiveHub {
  const chosen = { ...LIVE_DEFAULTS, ...settings };
  const watching = metrics.gauge('caisson_live_streams', 'Live streams that are open.');
  const ended = metrics.counter(
    'caisson_live_streams_ended_total',
    'Live streams that ended, by reason: left, slow, stalled, rights, stopping, failed.',
    ['reason'],
  );
  return new LiveHub({
    ...{ feed, wakeups, clock, log },
    observer: {
      connections: (count) => watching.set(count),
      ended: (reason) => ended.inc({ reason }),
    },
    limits: { perProcess: chosen.liveStreamsMax, perTenant: chosen.liveStreamsPerTenantMax },
    beatMs: chosen.liveBeatMs,
    bufferBytes: chosen.liveBufferBytes,
  });
}
