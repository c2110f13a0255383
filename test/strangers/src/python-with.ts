import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaHome } from '@caisson/local';

const run = promisify(execFile);

/**
 * A Python with what a file of requirements pins: an environment that is made once and kept beside Kafka's own files.
 *
 * @returns the path of its interpreter; its programs lie beside it.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const home = join(kafkaHome().directory, `python-${digest}`);
  if (!existsSync(join(home, 'made'))) {
    await rm(home, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', home]);
    await run(join(home, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    await writeFile(join(home, 'made'), digest);
  }
  return join(home, 'bin', 'python');
}
