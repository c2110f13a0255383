import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metricsInCode } from './metrics-page.js';
import { read, ROOT } from './repository.js';

/** Where the rules are. */
export const RULES_FOLDER = 'deploy/prometheus';

/** Metrics of the process itself, which the client library makes, and those of Prometheus. */
const OF_THE_PROCESS = new Set([
  ...['nodejs_eventloop_lag_p99_seconds', 'nodejs_gc_duration_seconds', 'nodejs_heap_size_used_bytes'],
  ...['process_cpu_seconds_total', 'process_open_fds', 'process_resident_memory_bytes', 'up', 'ALERTS'],
]);

/** Parts of queries that name metrics or labels which the code does not have. */
export function strayParts(queries: readonly string[]): readonly string[] {
  const labels = new Map(metricsInCode().map((metric) => [metric.name, new Set(['instance', 'le', ...metric.labels])]));
  const recorded = new Set([...read(`${RULES_FOLDER}/recording.rules.yml`).matchAll(/record: (\S+)/g)].map(nameOf));
  const stray: string[] = [];
  for (const [whole, name = '', matchers = ''] of queries.flatMap((query) => [
    ...query.matchAll(/\b((?:caisson|nodejs|process)[_:][\w:]+)(?:\{([^}]*)\})?/g),
  ])) {
    if (recorded.has(name)) continue;
    const known = labels.get(name.replace(/_(bucket|count|sum)$/, ''));
    const asked = [...matchers.matchAll(/(\w+)(?:=|!|~)/g)].map(nameOf);
    if (known === undefined ? !isOfTheProcess(name) : asked.some((label) => !known.has(label))) stray.push(whole);
  }
  return stray;
}

/** What `promtool` says of queries that it cannot read; empty when it can. */
export function refusalOf(queries: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'caisson-queries-'));
  try {
    const rules = queries.map((query, place) => ({ record: `query:number:${place}`, expr: query }));
    const file = join(folder, 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] })); // JSON is YAML.
    return promtool('check', 'rules', file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `promtool` in the folder of the rules; answers what it says when it refuses. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: join(ROOT, RULES_FOLDER), encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

function nameOf([, name = '']: RegExpMatchArray): string {
  return name;
}

function isOfTheProcess(name: string): boolean {
  return OF_THE_PROCESS.has(name) || OF_THE_PROCESS.has(name.replace(/_(bucket|count|sum)$/, ''));
}
