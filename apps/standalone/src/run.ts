import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@caisson/kernel';
import { debugOnSignal, endOnSignals } from '@caisson/service';
import { startStandalone, type Standalone } from './standalone.js';

/** Starts, says where it is, and stays until it is told to stop. */
export async function run(stopTracing: () => Promise<void>): Promise<void> {
  try {
    const standalone = await startStandalone(process.env);
    standalone.shutdown.add('connections', 'tracing', stopTracing);
    endOnSignals(standalone.shutdown, standalone.health);
    debugOnSignal(standalone.log);
    await announce(standalone, process.env['CAISSON_READY_FILE']);
  } catch (error) {
    process.stderr.write(`Caisson did not start. ${messageOf(error)}\n`);
    process.exit(1);
  }
}

/** Tells people on the terminal, and programs through a file. */
async function announce(standalone: Standalone, readyFile: string | undefined): Promise<void> {
  const { url, sandboxUrl, bootstrapToken } = standalone;
  if (readyFile !== undefined) {
    await mkdir(dirname(readyFile), { recursive: true });
    await writeFile(readyFile, JSON.stringify({ url, sandboxUrl, bootstrapToken }), { mode: 0o600 });
    return;
  }
  process.stdout.write(
    [
      '',
      `Caisson is ready at ${url}   (API document: ${url}/docs)`,
      `Sandbox cloud at ${sandboxUrl}`,
      `Bootstrap token for the first administrator: ${bootstrapToken}`,
      '',
      'Try:',
      `  curl ${url}/readyz`,
      `  curl -X POST ${url}/api/v1/auth/register -H 'content-type: application/json' \\`,
      `    -d '{"username":"admin","password":"a long pass phrase","bootstrapToken":"${bootstrapToken}"}'`,
      `  curl ${url}/api/v1/run-states`,
      '',
    ].join('\n'),
  );
}
