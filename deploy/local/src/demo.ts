import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTerraform } from '@caisson/engine-terraform';
import { messageOf } from '@caisson/kernel';
import { storyFiles } from './examples.js';
import { stackFile } from './stack-file.js';
import { startStandaloneProcess, type Reachable } from './standalone-process.js';
import { tellStory } from './story/story.js';
import { TerminalNarrator } from './story/terminal-narrator.js';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `npm run demo`: one real story on the embedded profile; with `--stack`, on what `npm run stack` started. */
async function main(): Promise<void> {
  const startedAtMs = performance.now();
  const terraform = await findTerraform(process.env['PATH'] ?? '');
  if (terraform === undefined) {
    print('No terraform or tofu is on the PATH: the story is told with the sandbox cloud alone.');
  }
  if (process.argv.includes('--stack')) {
    await tell(await readStack(), terraform !== undefined, startedAtMs);
    return;
  }
  print('Starting Caisson (one process, real Postgres) …');
  const directory = await mkdtemp(join(tmpdir(), 'caisson-demo-'));
  await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
  try {
    const caisson = await startStandaloneProcess({ dataDirectory: join(directory, 'data'), durable: false });
    const interrupted = stopOnInterrupt(() => caisson.stop(), directory);
    try {
      await tell(caisson, terraform !== undefined, startedAtMs);
    } finally {
      interrupted.ignore();
      await caisson.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function tell(caisson: Reachable, withTerraform: boolean, startedAtMs: number): Promise<void> {
  print(`Caisson answers at ${caisson.url}, its sandbox cloud at ${caisson.sandboxUrl}.`);
  const { world } = await tellStory({
    ...caisson,
    files: storyFiles(withTerraform),
    narrator: new TerminalNarrator(print, startedAtMs),
  });
  print('');
  print(
    `Done in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s: ` +
      `${world.applied.length} resources came, ${world.end.length} are left in the sandbox cloud.`,
  );
}

async function readStack(): Promise<Reachable> {
  try {
    return JSON.parse(await readFile(stackFile, 'utf8')) as Reachable;
  } catch {
    throw new Error('No stack is running. Start one in another terminal: npm run stack');
  }
}

function stopOnInterrupt(stop: () => Promise<void>, directory: string): { ignore: () => void } {
  const end = (): void => {
    void stop()
      .then(() => rm(directory, { recursive: true, force: true }))
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return {
    ignore: () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
    },
  };
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\nThe demo failed. ${messageOf(error)}\n`);
  process.exitCode = 1;
}
