import { messageOf } from '@caisson/kernel';
import { readConfig } from './config.js';
import { startSandboxCloud, type SandboxCloud } from './start-sandbox-cloud.js';

/** One JSON line: information on standard output, errors on standard error. */
function say(level: 'info' | 'error', entry: Readonly<Record<string, string>>): void {
  const stream = level === 'error' ? process.stderr : process.stdout;
  stream.write(`${JSON.stringify({ level, service: 'sandbox-cloud', time: new Date().toISOString(), ...entry })}\n`);
}

/** Stops in order on the first signal; a second one ends the process at once. */
function endOnSignals(cloud: SandboxCloud): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void cloud.close().finally(() => process.exit(0));
    });
  }
}

try {
  const onError = (error: unknown): void => say('error', { message: messageOf(error) });
  const cloud = await startSandboxCloud({ ...readConfig(process.env), onError });
  endOnSignals(cloud);
  say('info', { message: 'ready', url: cloud.url });
} catch (error) {
  say('error', { message: messageOf(error) });
  process.exit(1);
}
