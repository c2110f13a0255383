import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsPage } from './events-page.js';
import { metricNamesInCode, metricsInCode, metricsPage } from './metrics-page.js';
import { ROOT } from './repository.js';
import { settingsPage } from './settings-page.js';

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
});
