import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type HistogramConfiguration } from 'prom-client';

/** Upper bounds in seconds for work that takes from a millisecond to a minute. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Upper bounds in seconds for work that takes from a second to some hours. */
const LONG_DURATION_BUCKETS_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400];

/** The metrics of one process, in the Prometheus text format. Names: `caisson_<subsystem>_<name>_<unit>`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #beforeScrape: (() => Promise<void> | void)[] = [];

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

  /** Durations in seconds, of milliseconds to a minute. */
  duration(name: string, help: string, labelNames: readonly string[] = []): Histogram {
    return this.#histogram({ name, help, labelNames: [...labelNames], buckets: DURATION_BUCKETS_SECONDS });
  }

  /** Durations in seconds, of seconds to hours. */
  longDuration(name: string, help: string, labelNames: readonly string[] = []): Histogram {
    return this.#histogram({ name, help, labelNames: [...labelNames], buckets: LONG_DURATION_BUCKETS_SECONDS });
  }

  /** Called before each scrape, to set what is not worth being told at every change. What it throws is passed over. */
  beforeScrape(look: () => Promise<void> | void): void {
    this.#beforeScrape.push(look);
  }

  /** Everything, as a scrape gets it. */
  async text(): Promise<string> {
    await Promise.allSettled(this.#beforeScrape.map(async (look) => look()));
    return this.#registry.metrics();
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #histogram(configuration: HistogramConfiguration<string>): Histogram {
    const known = this.#registry.getSingleMetric(configuration.name) as Histogram | undefined;
    return known ?? new Histogram({ ...configuration, registers: [this.#registry] });
  }
}
