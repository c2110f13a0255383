import { madeFrom, page, table } from './markdown.js';
import { read, repositoryFiles } from './repository.js';

const SOURCES = /^(apps|libs)\/.*(?<!\.spec)\.ts$/;
const REGISTRATION = /\b(counter|gauge|duration)\(\s*'(caisson_\w+)',\s*(?:'([^']+)'|"([^"]+)")(?:,\s*(\[[^\]]*\]))?/g;
const KINDS = { counter: 'counter', gauge: 'gauge', duration: 'histogram' } as const;

/** Metrics that are registered through a function that adds their labels. */
const LABELS_ADDED: readonly (readonly [RegExp, string])[] = [[/^caisson_consumer_/, "['consumer']"]];

interface FoundMetric {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly help: string;
  readonly labels: readonly string[];
  readonly path: string;
}

/** Every metric that the code registers, by name. */
export function metricsInCode(): readonly FoundMetric[] {
  const found = repositoryFiles()
    .filter((path) => SOURCES.test(path))
    .flatMap((path) => [...read(path).matchAll(REGISTRATION)].map((match) => metricOf(match, path)));
  return found.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Every name of a metric in the code, however it is used. */
export function metricNamesInCode(): readonly string[] {
  const names = repositoryFiles()
    .filter((path) => SOURCES.test(path))
    .flatMap((path) => read(path).match(/\bcaisson_[a-z_]+_(?:total|seconds|bytes|ratio)\b/g) ?? []);
  return [...new Set(names)].sort();
}

/** The page `docs/reference/metrics.md`, made from the code that registers metrics. */
export function metricsPage(): string {
  const rows = metricsInCode().map(({ help, kind, labels, name }) => [
    `\`${name}\``,
    KINDS[kind],
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return page('Metrics', [
    'Every service answers `GET /metrics` in the Prometheus text format. Names are ' +
      '`caisson_<subsystem>_<name>_<unit>`; ' +
      'durations are histograms in seconds. Beside these, each process reports the usual `process_*` and ' +
      '`nodejs_*` metrics.',
    madeFrom('libs/adapters/observability/src/metrics.ts', ...new Set(metricsInCode().map(({ path }) => path))),
    table(['Name', 'Kind', 'Labels', 'Meaning'], rows),
    '## What to watch',
    '- `caisson_consumer_parked_streams_total` rises: an event could not be handled and its stream waits. See ' +
      '[recover from the unknown](../how-to/recover-from-unknown.md).\n' +
      '- `sum(caisson_relay_leader)` is not 1 for longer than some seconds: nothing is numbered, so nobody ' +
      'hears of new events.\n' +
      '- `caisson_consumer_swept_events_total` keeps rising: the fast way loses events. Nothing is lost, ' +
      'but all is late.\n' +
      '- `caisson_lock_redis_away` is 1: Redis does not answer. Work goes on by the leases in Postgres.',
  ]);
}

function metricOf([, kind = '', name = '', single, double, given]: RegExpMatchArray, path: string): FoundMetric {
  const labels = given ?? LABELS_ADDED.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  return {
    name,
    kind: kind as keyof typeof KINDS,
    help: single ?? double ?? '',
    labels: [...labels.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? ''),
    path,
  };
}
