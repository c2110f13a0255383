import { api } from './api.js';
import { dashboardOf } from './dashboard.js';
import { drift } from './drift.js';
import { eventFlow } from './event-flow.js';
import { overview } from './overview.js';
import { runs } from './runs.js';
import { runtime } from './runtime.js';

/** Our dashboards as Grafana's JSON model. `dashboards/` holds the same as files, by uid. */
export const DASHBOARDS = [overview, runs, eventFlow, drift, api, runtime].map(dashboardOf);
