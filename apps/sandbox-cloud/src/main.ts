import { readConfig } from './config.js';
import { startSandboxCloud } from './start-sandbox-cloud.js';

const cloud = await startSandboxCloud({
  ...readConfig(process.env),
  onError: (error) => process.stderr.write(`${JSON.stringify({ level: 'error', error: String(error) })}\n`),
});
process.stdout.write(`${JSON.stringify({ level: 'info', message: 'sandbox cloud is up', url: cloud.url })}\n`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void cloud.close().then(() => process.exit(0));
  });
}
