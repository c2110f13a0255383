import type { Figures } from './goal.js';
import { treeTimeUs } from './processor-time.js';
import { latencyFigures } from './statistics.js';

/** What a closed loop needs to know. */
export interface ClosedLoop {
  readonly callers: number;
  readonly sliceMs: number;
  /** Process id of the server whose processor time is counted. */
  readonly serverPid: number;
  /** One call of one caller, awaited before its next. */
  call(caller: number): Promise<void>;
}

/** Callers that each wait for their answer before they ask again: rate, latency, processor time of both ends. */
export async function runClosedLoop(loop: ClosedLoop): Promise<Figures & { readonly calls: number }> {
  const latencies: number[] = [];
  const serverBefore = treeTimeUs(loop.serverPid);
  const clientBefore = process.cpuUsage();
  const started = performance.now();
  const deadline = started + loop.sliceMs;
  const caller = async (index: number): Promise<void> => {
    for (let begun = performance.now(); begun < deadline; begun = performance.now()) {
      await loop.call(index);
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: loop.callers }, (_, index) => caller(index)));
  const seconds = (performance.now() - started) / 1000;
  const client = process.cpuUsage(clientBefore);
  const calls = latencies.length;
  return {
    calls,
    ratePerS: calls / seconds,
    ...latencyFigures(latencies),
    clientCpuUs: (client.user + client.system) / calls,
    serverCpuUs: (treeTimeUs(loop.serverPid) - serverBefore) / calls,
  };
}
