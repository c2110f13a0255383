import * as sdk from '@grafana/grafana-foundation-sdk/dashboard';
import { DATA_SOURCE, graph, numbers, type Panel } from './panel.js';

/** Ties our dashboards together: each links to all that have it. */
const TAG = 'caisson';

/** Where compose lets Grafana serve `docs/runbooks`; changed at the top of a dashboard. */
const RUNBOOKS = '/public/caisson/runbooks';

/** What one page of Grafana shows. */
export interface Page {
  /** Its address in Grafana, fixed, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Adds a choice of processes, `$instance`. */
  readonly byInstance?: boolean;
  readonly rows: readonly Row[];
}

/** A titled part of a page: numbers first, then pictures. */
export interface Row {
  readonly title: string;
  readonly numbers?: readonly Panel[];
  readonly graphs?: readonly Panel[];
}

/* eslint-disable @typescript-eslint/no-deprecated -- Every Grafana takes the classic model from a file. */
/** The page as Grafana's JSON model. */
export function dashboardOf(page: Page): sdk.Dashboard {
  const builder = new sdk.DashboardBuilder(page.title)
    .uid(page.uid)
    .description(page.description)
    .tags([TAG])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .timezone('browser')
    .tooltip(sdk.DashboardCursorSync.Crosshair)
    .readonly()
    .variables(variablesOf(page))
    .link(
      new sdk.DashboardLinkBuilder('Caisson')
        .type(sdk.DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    );
  let id = 0;
  for (const row of page.rows) {
    builder.withRow(new sdk.RowBuilder(row.title).id((id += 1)));
    for (const panel of [...numbers(row.numbers ?? []), ...(row.graphs ?? []).map(graph)]) {
      builder.withPanel(panel.id((id += 1)));
    }
  }
  return builder.build();
}
/* eslint-enable @typescript-eslint/no-deprecated */

function variablesOf({ byInstance = false }: Page) {
  const instance = new sdk.QueryVariableBuilder('instance')
    .label('Process')
    .datasource(DATA_SOURCE)
    .query('label_values(caisson_service_info, instance)')
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
    .sort(sdk.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+');
  return [
    new sdk.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    ...(byInstance ? [instance] : []),
    new sdk.TextBoxVariableBuilder('runbooks').label('Runbooks at').defaultValue(RUNBOOKS),
  ];
}
