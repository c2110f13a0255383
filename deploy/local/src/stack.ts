import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@caisson/kernel';
import { startDistributedStack, type DistributedStack } from './distributed-stack.js';
import { describeMissing, findPrerequisites } from './prerequisites.js';
import { stackFile, stackDirectory } from './stack-file.js';

const API_PORT = 8080;
const PROMETHEUS_PORT = 9090;

/** `npm run stack`: the distributed profile without Docker, until Ctrl-C; with `--observe`, watched by a Prometheus. */
async function main(): Promise<void> {
  const observe = readArguments(process.argv.slice(2));
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const missing = describeMissing(findPrerequisites({ observe }));
  if (missing !== undefined) throw new Error(missing);
  await refuseSecondStack();
  await rm(stackDirectory, { recursive: true, force: true });
  await mkdir(stackDirectory, { recursive: true, mode: 0o755 });
  const stack = await startDistributedStack({
    directory: stackDirectory,
    apiPort: Number(process.env['CAISSON_PORT'] ?? API_PORT),
    durable: true,
    ...(observe ? { observe: { port: Number(process.env['CAISSON_PROMETHEUS_PORT'] ?? PROMETHEUS_PORT) } } : {}),
    onProgress: (what) => {
      print(`starting ${what} …`);
    },
  });
  stopOnSignals(stack, print);
  const { url, sandboxUrl, bootstrapToken } = stack;
  await writeFile(stackFile, JSON.stringify({ url, sandboxUrl, bootstrapToken }), { mode: 0o600 });
  print(describe(stack));
}

/** Whether it is to be watched. */
function readArguments(words: readonly string[]): boolean {
  const unknown = words.find((word) => word !== '--observe');
  if (unknown !== undefined) throw new Error(`It takes no ${unknown}, only --observe: a Prometheus beside it.`);
  return words.includes('--observe');
}

/** Two stacks would share one folder. */
async function refuseSecondStack(): Promise<void> {
  const url = await readFile(stackFile, 'utf8').then(
    (text) => (JSON.parse(text) as { url: string }).url,
    () => undefined,
  );
  if (url === undefined) return;
  const answers = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
  if (answers) throw new Error(`One is running already at ${url}. Stop it first.`);
}

function describe(stack: DistributedStack): string {
  const services = [...stack.services.values()].map(
    ({ name, url, pid }) => `  ${name.padEnd(16)} ${url}  pid ${pid ?? '–'}`,
  );
  return [
    '',
    `Caisson is ready at ${stack.url}   (API document: ${stack.url}/docs)`,
    `Bootstrap token for the first administrator: ${stack.bootstrapToken}`,
    `Kafka ${stack.kafka.server.brokers.join(',')}   Redis ${stack.redis.server.url}`,
    `Sandbox cloud ${stack.sandboxUrl}`,
    ...services,
    ...(stack.prometheus === undefined ? [] : [`Prometheus ${stack.prometheus.url}`]),
    `Logs: ${join(stackDirectory, 'logs')}`,
    '',
    'In another terminal: npm run demo -- --stack      Here: Ctrl-C stops everything.',
  ].join('\n');
}

function stopOnSignals(stack: DistributedStack, print: (line: string) => void): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    print('stopping …');
    void rm(stackFile, { force: true })
      .then(() => stack.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`Not everything stopped: ${messageOf(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The stack did not start. ${messageOf(error)}\n`);
  process.exit(1);
}
