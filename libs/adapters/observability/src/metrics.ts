import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds for work that takes from a millisecond to a minute. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of one process, in the Prometheus text format. Names: `caisson_<subsystem>_<name>_<unit>`. */
export class Metrics {
  readonly #registry = new Registry();

  /** @param withProcess - also CPU, memory and event loop of the process; once per process. */
  constructor(withProcess: boolean) {
    if (withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  /** A number that only rises. Asking twice for a name gives the same one. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return (
      (this.#registry.getSingleMetric(name) as Counter | undefined) ??
      new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] })
    );
  }

  /** A number that rises and falls. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return (
      (this.#registry.getSingleMetric(name) as Gauge | undefined) ??
      new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] })
    );
  }

  /** Durations in seconds. */
  duration(name: string, help: string, labelNames: readonly string[] = []): Histogram {
    return (
      (this.#registry.getSingleMetric(name) as Histogram | undefined) ??
      new Histogram({
        name,
        help,
        labelNames: [...labelNames],
        buckets: DURATION_BUCKETS_SECONDS,
        registers: [this.#registry],
      })
    );
  }

  /** Everything, as a scrape gets it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }
}
