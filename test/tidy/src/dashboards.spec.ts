import { join } from 'node:path';
import { DASHBOARDS } from '@caisson/grafana';
import { lacks } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { refusalOf, strayParts } from './promql.js';
import { read, repositoryFiles, ROOT } from './repository.js';

// `npx vitest run --project tidy -u` writes the files anew.

const FOLDER = 'deploy/grafana/dashboards';
const COLUMNS = 24;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: Place;
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly links?: readonly { readonly url: string }[];
}

interface Model {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly query?: string }[] };
  readonly panels: readonly Panel[];
}

const pages = DASHBOARDS.map((dashboard) => JSON.parse(JSON.stringify(dashboard)) as Model);

/** With what Grafana puts in. */
function queriesOf(panels: readonly Panel[]): readonly string[] {
  return panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.+')),
  );
}

it('the dashboards are the files of their addresses', async () => {
  for (const page of pages) {
    const text = `${JSON.stringify(page, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(ROOT, FOLDER, `${page.uid}.json`));
  }
  const files = repositoryFiles().filter((path) => path.startsWith(`${FOLDER}/`));
  expect(files.sort()).toEqual(pages.map(({ uid }) => `${FOLDER}/${uid}.json`).sort());
});

describe.each(pages.map((page) => [page.uid, page] as const))('%s', (_uid, { panels, templating }) => {
  const shown = panels.filter(({ type }) => type !== 'row');

  it('asks for metrics that the code has, with the labels that they have', () => {
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
    expect(strayParts(queriesOf(shown))).toEqual([]);
  });

  it('holds queries that Prometheus can read', ({ skip }) => {
    if (lacks('prometheus')) skip();
    expect(refusalOf(queriesOf(shown))).toBe('');
  });

  it('takes everything from the data source that is chosen at its top', () => {
    expect(templating.list.map(({ name }) => name)).toContain('datasource');
    const sources = shown.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((one) => one.datasource),
    ]);
    expect(new Set(sources.map((source) => source?.uid))).toEqual(new Set(['${datasource}']));
  });

  it('says what each panel means, under a name of its own, and links to runbooks that are there', () => {
    expect(shown.filter(({ description }) => !/^[A-Z0-9].*\.$/.test(description ?? ''))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const links = shown.flatMap(({ links: ofPanel = [] }) => ofPanel.map(({ url }) => url));
    expect(links.length).toBeGreaterThan(0);
    const missing = links.filter((url) => read(url.replace('${runbooks}', 'docs/runbooks')) === '');
    expect(missing).toEqual([]);
  });

  it('lays no panel over another or beyond the edge', () => {
    const places = panels.map(({ gridPos }) => gridPos);
    expect(places.filter(({ w, x }) => x + w > COLUMNS)).toEqual([]);
    const over = places.flatMap((place, index) => places.slice(index + 1).filter((other) => overlap(place, other)));
    expect(over).toEqual([]);
  });
});

function overlap(left: Place, right: Place): boolean {
  const apart = left.x + left.w <= right.x || right.x + right.w <= left.x;
  return !apart && left.y < right.y + right.h && right.y < left.y + left.h;
}
