import { madeFrom, page, table } from './markdown.js';
import { read, repositoryFiles } from './repository.js';

const SOURCES = /^(apps|libs)\/.*(?<!\.spec)\.ts$/;
const REGISTRATION =
  /\b(counter|gauge|duration|longDuration|tracedDuration)\(\s*'(caisson_\w+)',\s*(?:'([^']+)'|"([^"]+)")(?:,\s*(\[[^\]]*\]))?/g;
const KINDS = {
  counter: 'counter',
  gauge: 'gauge',
  duration: 'histogram',
  longDuration: 'histogram',
  tracedDuration: 'histogram',
} as const;

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

/** What other orchestrators call a thing, and where it is here: PromQL in which each name is one of ours. */
export const KNOWN_ELSEWHERE: readonly (readonly [string, string])[] = [
  ['`deployments_total`, `orchestrator_deployments_total`', '`caisson_runs_ended_total`'],
  [
    '`deployment_duration_seconds`, `workflow_execution_duration_seconds`, `orchestrator_deployment_duration_seconds`',
    '`caisson_run_duration_seconds`',
  ],
  ['`orchestrator_active_deployments`', '`sum(caisson_queue_jobs{queue="execution"})`'],
  ['`orchestrator_tasks_total`, `orchestrator_engine_requests`', '`caisson_execution_attempts_total`'],
  ['`orchestrator_task_duration_seconds`', '`caisson_execution_attempt_duration_seconds`'],
  ['`orchestrator_task_retries_total`', '`caisson_execution_attempts_total{class=~"transient|unknown"}`'],
  ['`orchestrator_active_workers`, `orchestrator_info`', '`count(caisson_service_info) by (service)`'],
  ['`orchestrator_worker_tasks_in_progress`', '`caisson_execution_slots_taken`'],
  ['`orchestrator_drift_scans_total`', '`caisson_drift_scans_total`'],
  ['`orchestrator_drift_items_found_total`', '`caisson_drift_items_total`'],
  [
    '`http_requests_total`, `http_request_duration_seconds`, `api_request_duration_seconds`, ' +
      '`orchestrator_api_requests_total`, `orchestrator_api_request_duration_seconds`',
    '`caisson_http_request_duration_seconds`',
  ],
  [
    '`database_query_duration_seconds`, `orchestrator_db_query_duration_seconds`',
    '`caisson_store_operation_duration_seconds`',
  ],
  [
    '`orchestrator_db_pool_size`, `orchestrator_db_pool_available`',
    '`caisson_database_connections_max`, `caisson_database_connections{state="idle"}`',
  ],
  ['`orchestrator_distributed_lock_operations_total`', '`caisson_lock_wait_seconds`, `caisson_lock_takeovers_total`'],
  ['`orchestrator_redis_operations_total`', '`caisson_redis_operations_total`'],
  ['`rate_limit_exceeded_total`', '`caisson_http_rate_limited_total`'],
  ['`catalog_sse_connections`', '`caisson_live_streams`'],
  ['`orchestrator_dependency_resolution_time`', '`caisson_planner_plan_duration_seconds`'],
  ['breakers that open and close', '`caisson_relay_events_total{type=~"caisson.drift.breaker-.*"}`'],
  ['webhook deliveries', '`caisson_relay_events_total{type=~"caisson.webhooks.*"}`'],
  ['use of secrets', '`caisson_relay_events_total{type="caisson.tenancy.credential-used.v1"}`'],
];

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
    '## Known elsewhere as',
    table(['There', 'Here'], KNOWN_ELSEWHERE),
    '## What to watch',
    'The [alerts and their runbooks](../runbooks/README.md) watch what is here. In short:',
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
