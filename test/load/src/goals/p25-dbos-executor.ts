import { DBOS } from '@dbos-inc/dbos-sdk';
import { EffectWorld } from './p25-world.js';

// DBOS, to be killed: `url world-url runs tasks`. Begins the runs it is told to by their prefix.

const [url = '', worldUrl = '', runs = '', tasks = ''] = process.argv.slice(2);
const world = new EffectWorld(worldUrl);
const chain = DBOS.registerWorkflow(
  async (run: string): Promise<void> => {
    for (let task = 0; task < Number(tasks); task += 1) {
      const step = async (): Promise<void> => {
        process.send?.(run);
        await world.act(run, `unit-${task}`);
      };
      await DBOS.runStep(step, { name: 'task' });
    }
  },
  { name: 'chain' },
);
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: 32, logLevel: 'error' });
await DBOS.launch(); // Carries on what an earlier process left.
process.on('message', (prefix) => {
  for (let run = 0; run < Number(runs); run += 1) {
    const workflowID = `${String(prefix)}-${run}`;
    void DBOS.startWorkflow(chain, { workflowID })(workflowID);
  }
});
process.send?.('ready');
