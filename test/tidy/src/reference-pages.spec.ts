import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsPage } from './events-page.js';
import { KNOWN_ELSEWHERE, metricNamesInCode, metricsInCode, metricsPage } from './metrics-page.js';
import { ROOT } from './repository.js';
import { settingsPage } from './settings-page.js';

const UNITS = {
  counter: /_total$/,
  gauge: /^(?!.*_(total|ms|milliseconds)$)/,
  duration: /_seconds$/,
  longDuration: /_seconds$/,
  tracedDuration: /_seconds$/,
} as const;

/** Labels whose values the code or the installation lists. Never an id, an address, a name that users give. */
const BOUNDED_LABELS: ReadonlySet<string> = new Set([
  ...['consumer', 'engine', 'kind', 'method', 'operation', 'outcome', 'phase', 'policy', 'profile', 'queue', 'reason'],
  ...['resource', 'result', 'route', 'service', 'severity', 'state', 'status', 'type', 'class'],
]);

// `npx vitest run --project tidy -u` writes the pages anew.

it('docs/reference/settings.md lists the settings that the services check', async () => {
  await expect(settingsPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/settings.md'));
});

it('docs/reference/events.md lists the public events', async () => {
  await expect(eventsPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/events.md'));
});

describe('docs/reference/metrics.md', () => {
  it('lists the metrics that the code registers', async () => {
    await expect(metricsPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/metrics.md'));
  });

  it('misses none: each name in the code is registered where the page can see it, once, with words', () => {
    const metrics = metricsInCode();
    const names = metrics.map(({ name }) => name);
    expect(metricNamesInCode().filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(metrics.filter(({ help }) => !/^[A-Z0-9].*\.$/.test(help))).toEqual([]);
  });

  it('holds names with base units, and only labels whose values are few', () => {
    const metrics = metricsInCode();
    const misnamed = metrics.filter(({ kind, name }) => !UNITS[kind].test(name)).map(({ name }) => name);
    expect(misnamed).toEqual([]);
    const labels = new Set(metrics.flatMap((metric) => metric.labels));
    expect([...labels].filter((label) => !BOUNDED_LABELS.has(label))).toEqual([]);
  });

  it('names, for what is known elsewhere, only metrics that there are', () => {
    const names = new Set(metricsInCode().map(({ name }) => name));
    const used = KNOWN_ELSEWHERE.flatMap(([, here]) => here.match(/caisson_\w+/g) ?? []);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });
});
