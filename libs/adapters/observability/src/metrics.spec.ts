import { expect, it } from 'vitest';
import { Metrics } from './metrics.js';

const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8,text/plain;version=0.0.4;q=0.5';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

it('whoever accepts OpenMetrics gets traces with the durations, and others the same without', async () => {
  const metrics = new Metrics(false);
  metrics.counter('caisson_things_total', 'Things.', ['kind']).inc({ kind: 'a' });
  const durations = metrics.tracedDuration('caisson_work_seconds', 'Work.', ['kind']);
  durations.observe({ kind: 'a' }, 0.02, `00-${TRACE}-b7ad6b7169203331-01`);
  durations.observe({ kind: 'a' }, 20);
  const [plain, open, again] = await Promise.all([metrics.scrape(), metrics.scrape(OPEN), metrics.scrape('*/*')]);
  expect(open.text).toMatch(new RegExp(`le="0.025",kind="a"} 1 # {trace_id="${TRACE}"} 0.02 [0-9.]+\n`));
  expect(open.text.match(/trace_id/g)).toHaveLength(1);
  expect(open.text).toContain('# TYPE caisson_things counter\ncaisson_things_total{kind="a"} 1\n');
  expect(open.text).toMatch(/# EOF\n$/);
  expect(plain.text).toContain('# TYPE caisson_things_total counter\ncaisson_things_total{kind="a"} 1\n');
  expect(plain.text).toContain('caisson_work_seconds_bucket{le="0.025",kind="a"} 1\n');
  expect(again).toEqual(plain);
  expect([open.contentType, plain.contentType]).toEqual([
    expect.stringContaining('openmetrics-text'),
    expect.stringContaining('text/plain; version=0.0.4'),
  ]);
});
