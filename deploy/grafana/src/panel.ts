import { ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that is chosen at the top of the dashboard. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** How wide a page is, in Grafana's columns. */
const COLUMNS = 24;

/** Two pictures in a line. */
const GRAPH = { width: COLUMNS / 2, height: 8 } as const;

const NUMBER_HEIGHT = 4;

/** One picture or number. */
export interface Panel {
  readonly title: string;
  /** What it means when it is high or low. A sentence. */
  readonly meaning: string;
  /** Grafana's name of the unit: `s`, `ops`, `short`, `percentunit`, `bytes`. */
  readonly unit: Unit;
  /** PromQL by legend; a legend may name labels: `{{consumer}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** File of `docs/runbooks` that says what to do. */
  readonly runbook?: string;
  /** From this value on it is red. */
  readonly redFrom?: number;
  /** Below this value it is red. */
  readonly redBelow?: number;
}

/** The units that we show. */
export type Unit = 's' | 'ops' | 'short' | 'percentunit' | 'bytes';

/** A picture over time. */
export function graph(panel: Panel): timeseries.PanelBuilder {
  const built = new timeseries.PanelBuilder().span(GRAPH.width).height(GRAPH.height).min(0).fillOpacity(8);
  return dressed(built, panel);
}

/** The newest values, large; together they fill a line. */
export function numbers(panels: readonly Panel[]): readonly stat.PanelBuilder[] {
  const width = COLUMNS / panels.length;
  return panels.map((panel) => dressed(new stat.PanelBuilder().span(width).height(NUMBER_HEIGHT), panel));
}

function dressed<Builder extends timeseries.PanelBuilder | stat.PanelBuilder>(builder: Builder, panel: Panel): Builder {
  builder.title(panel.title).description(panel.meaning).unit(panel.unit).datasource(DATA_SOURCE);
  for (const [place, [legend, expression]] of Object.entries(panel.queries).entries()) {
    builder.withTarget(
      new prometheus.DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + place))
        .datasource(DATA_SOURCE)
        .expr(expression)
        .legendFormat(legend),
    );
  }
  if (panel.runbook !== undefined) {
    builder.links([new dashboard.DashboardLinkBuilder('What to do').url(`\${runbooks}/${panel.runbook}`)]);
  }
  const steps = stepsOf(panel);
  if (steps !== undefined) {
    builder.thresholds(new dashboard.ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  return builder;
}

function stepsOf({ redBelow, redFrom }: Panel): dashboard.Threshold[] | undefined {
  if (redFrom !== undefined) {
    return [
      { value: null, color: 'green' },
      { value: redFrom, color: 'red' },
    ];
  }
  if (redBelow === undefined) return undefined;
  return [
    { value: null, color: 'red' },
    { value: redBelow, color: 'green' },
  ];
}
