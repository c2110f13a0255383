/** Chosen by Grafana so that it spans some scrapes, whatever the width of the picture. */
const WINDOW = '[$__rate_interval]';

/** What happens each second, by labels. What has not happened yet counts as nothing, so no picture is empty. */
export function perSecond(series: string, ...by: readonly string[]): string {
  return orNone(sumPerSecond(series, ...by));
}

/** The same for what every process tells from its start on. */
export function sumPerSecond(series: string, ...by: readonly string[]): string {
  return by.length === 0 ? `sum(rate(${series}${WINDOW}))` : `sum by (${by.join(', ')}) (rate(${series}${WINDOW}))`;
}

/** The time in seconds that so many percent of what a histogram saw did not take longer than. */
export function percentile(percent: number, histogram: string, ...by: readonly string[]): string {
  const [, name = '', labels = ''] = /^(\w+)(.*)$/.exec(histogram) ?? [];
  const buckets = `sum by (${['le', ...by].join(', ')}) (rate(${name}_bucket${labels}${WINDOW}))`;
  return `histogram_quantile(${percent / 100}, ${buckets})`;
}

/** What is told, and a single 0 while nobody has anything to tell. */
export function orNone(expression: string): string {
  return `${expression} or on() vector(0)`;
}
