import { startBenchServer } from '../harness/bench-server.js';
import type { Contest, Comparison } from '../harness/goal.js';
import {
  APPEND_SIDES,
  bareSide,
  closeAll,
  driverSide,
  emmettSide,
  ourSide,
  plainSide,
  present,
} from './append-sides.js';

/** Starts a server and the sides of an append contest with so many callers. */
export async function appendContest(callers: number, comparisons: readonly Comparison[]): Promise<Contest> {
  const server = await startBenchServer();
  const [bare, plain] = [await bareSide(server, callers), await plainSide(server, callers)];
  const driver = await driverSide(server, callers);
  const ours = await ourSide(server, callers);
  const emmett = await emmettSide(server, callers);
  const sides = present([bare, plain, driver, ours, emmett]);
  return {
    sides,
    comparisons,
    notes: [
      `PostgreSQL ${server.version}, fsync on. Event of 991 bytes, own stream per caller, expected version.`,
      'Emmett keeps no outbox row, no tenant and no hash chain; its events carry 69 bytes of metadata.',
      ...(bare === undefined
        ? [`pgbench is not installed: "${APPEND_SIDES.driver}" stands in as the floor, which makes ratios look better.`]
        : []),
    ],
    close: () => closeAll(sides, server),
  };
}
