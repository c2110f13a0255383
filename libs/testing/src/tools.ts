import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What some suites need and npm cannot bring. Each name stands for the programs that must be on PATH. */
export type TestTool = 'terraform' | 'redis' | 'kafka' | 'go' | 'python' | 'prometheus';

const PROGRAMS: Record<TestTool, (has: (program: string) => boolean) => boolean> = {
  terraform: (has) => has('terraform') || has('tofu'),
  redis: (has) => has('redis-server'),
  kafka: (has) => has('java') && has('mvn'),
  go: (has) => has('go'),
  prometheus: (has) => has('promtool'),
  python: (has) => has('python3') && canMakeEnvironments(),
};

/**
 * Whether a suite must be skipped because a tool is not on this machine: `describe.skipIf(lacks('redis'))`.
 * Never true in CI (`CI=true`), where a missing tool has to fail the run. Keep in step with `deploy/local/test.mjs`,
 * which says loudly how to get what is missing.
 */
export function lacks(tool: TestTool): boolean {
  return process.env['CI'] !== 'true' && !PROGRAMS[tool](isOnPath);
}

/** Debian has the module that fills a virtual environment in a package of its own. */
function canMakeEnvironments(): boolean {
  return spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
