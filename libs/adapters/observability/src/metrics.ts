import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type HistogramConfiguration } from 'prom-client';
import { activeTraceParent } from './spans.js';
import { traceIdOfParent } from './trace-parent.js';

/** Upper bounds in seconds for work that takes from a millisecond to a minute. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Upper bounds in seconds for work that takes from a second to some hours. */
const LONG_DURATION_BUCKETS_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400];

/** Durations that lead to traces: each bucket remembers one that fell into it, where that was recorded. */
export interface TracedDuration {
  /** @param traceparent - of the trace that it was part of; default: the one that runs now. */
  observe(labels: Readonly<Record<string, string>>, seconds: number, traceparent?: string): void;
}

/** A text for whoever scrapes. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** The metrics of one process, in the Prometheus text format. Names: `caisson_<subsystem>_<name>_<unit>`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #beforeScrape: (() => Promise<void> | void)[] = [];
  #scrape: Promise<unknown> = Promise.resolve();

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

  /** Durations as `duration` has them, which name traces to look at (exemplars of OpenMetrics). */
  tracedDuration(name: string, help: string, labelNames: readonly string[] = []): TracedDuration {
    const histogram = this.#histogram({
      ...{ name, help, labelNames: [...labelNames], buckets: DURATION_BUCKETS_SECONDS },
      enableExemplars: true,
    });
    return {
      observe: (labels, value, traceparent = activeTraceParent()) => {
        const exemplarLabels = traceparent === undefined ? {} : { trace_id: traceIdOfParent(traceparent) };
        histogram.observe({ labels, value, exemplarLabels });
      },
    };
  }

  /** Called before each scrape, to set what is not worth being told at every change. What it throws is passed over. */
  beforeScrape(look: () => Promise<void> | void): void {
    this.#beforeScrape.push(look);
  }

  /** Everything in Prometheus' own format. */
  async text(): Promise<string> {
    return (await this.scrape()).text;
  }

  /** Everything: in OpenMetrics, with exemplars, for whoever accepts it, else in Prometheus' own format. */
  async scrape(accept = ''): Promise<Scrape> {
    await Promise.allSettled(this.#beforeScrape.map(async (look) => look()));
    const isOpen = accept.includes('application/openmetrics-text');
    const contentType = isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
    const scrape = this.#scrape.then(async () => ({ contentType, text: await this.#render(contentType) }));
    this.#scrape = scrape.catch(() => undefined);
    return scrape;
  }

  /** One at a time: the format is a state of the registry, and for OpenMetrics it renames its counters for good. */
  async #render(contentType: Scrape['contentType']): Promise<string> {
    const metrics = this.#registry.getMetricsAsArray().map((metric) => ({ metric, name: metric.name }));
    this.#registry.setContentType(contentType as typeof Registry.PROMETHEUS_CONTENT_TYPE); // Its type knows one.
    try {
      return await this.#registry.metrics();
    } finally {
      for (const { metric, name } of metrics) metric.name = name;
    }
  }

  #histogram(configuration: HistogramConfiguration<string>): Histogram {
    const known = this.#registry.getSingleMetric(configuration.name) as Histogram | undefined;
    if (known !== undefined) return known;
    const made = new Histogram({ ...configuration, registers: [] });
    this.#registry.registerMetric(made); // By itself it refuses exemplars while the other format is written.
    return made;
  }
}
