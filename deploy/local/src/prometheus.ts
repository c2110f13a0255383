import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { answersOk } from './answers-ok.js';
import { startProcess, type ManagedProcess } from './managed-process.js';
import { stablePorts } from './ports.js';
import { prometheusCommand, remedyOf } from './prerequisites.js';
import type { LocalServerOptions } from './redis.js';
import { WORKSPACE } from './workspace.js';

const READY_MS_MAX = 20_000;

/** Short, because a run on a laptop lasts seconds. */
const INTERVAL = '2s';

/** What a local Prometheus watches. */
export interface PrometheusOptions extends LocalServerOptions {
  /** `host:port` of each process by its name, which its series carry as `instance`. */
  readonly targets: ReadonlyMap<string, string>;
}

/** A real Prometheus on 127.0.0.1 with our alerts and recording rules. */
export interface LocalPrometheus extends ManagedProcess {
  /** `http://127.0.0.1:<port>`: its pages and its API. */
  readonly url: string;
}

/**
 * Starts Prometheus (`PROMETHEUS_SERVER`, or `prometheus` on the path) and waits until it is ready.
 *
 * @throws Fault `local-start-failed` with the server's last words and how to get one.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<LocalPrometheus> {
  const directory = resolve(options.directory);
  const [port = 0] = await stablePorts(directory, 1, options.port);
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, 'prometheus.yml');
  writeFileSync(configuration, JSON.stringify(configurationOf(options.targets), undefined, 2)); // JSON is YAML.
  const started = await startProcess({
    name: 'prometheus',
    command: prometheusCommand(),
    args: [
      ...[`--config.file=${configuration}`, `--storage.tsdb.path=${join(directory, 'data')}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, `--web.external-url=${url}`, '--log.level=warn'],
      '--enable-feature=exemplar-storage', // Or what leads from a graph to a trace is thrown away.
    ],
    directory,
    mark: configuration,
    isReady: () => answersOk(`${url}/-/ready`),
    readyMsMax: READY_MS_MAX,
    remedy: remedyOf('prometheus'),
  });
  return { ...started, url };
}

function configurationOf(targets: ReadonlyMap<string, string>): object {
  return {
    global: { scrape_interval: INTERVAL, scrape_timeout: '1s', evaluation_interval: INTERVAL },
    rule_files: [join(WORKSPACE, 'deploy', 'prometheus', '*.rules.yml')],
    scrape_configs: [
      {
        job_name: 'caisson',
        static_configs: [...targets].map(([instance, target]) => ({ targets: [target], labels: { instance } })),
      },
    ],
  };
}
