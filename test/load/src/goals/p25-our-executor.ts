import type { Engine } from '@caisson/engine';
import { openEventStore } from '@caisson/event-store-postgres';
import { startTaskExecutor } from './task-executor.js';
import { statesOf, taskEngine } from './task-ports.js';
import { EffectWorld } from './p25-world.js';

// Ours, to be killed: `url runs tasks`. Tells the name of each run whose task begins.

const [url = '', runs = '', tasks = ''] = process.argv.slice(2);
const world = new EffectWorld(url);
const store = await openEventStore({ url });
const engine = taskEngine(async (unitId, { runId }) => {
  process.send?.(runId);
  await world.act(runId, unitId);
});
const looking: Engine = {
  ...engine,
  // The engine's own dry run: nothing is left to do where the effect is.
  plan: async ({ unit }, { runId }) => ({
    action: (await world.isDone(runId, unit.unitId)) ? 'none' : 'create',
    ...{ resources: [], changes: [] },
  }),
  observe: async (unit, { runId }) =>
    (await world.isDone(runId, unit.unitId))
      ? { outcome: 'observed', resources: statesOf(unit) }
      : { outcome: 'absent' },
};
startTaskExecutor(store, looking, { runs: Number(runs), attempts: Number(tasks) });
process.send?.('ready');
