export { openApi } from './api.js';
export type { Api, ApiOptions } from './api.js';
export { CaissonClient } from './caisson-client.js';
export type { DeliveryFilter, DeploymentFilter, PastPoint } from './caisson-client.js';
export { readDesiredState } from './desired-state-file.js';
export type { components, operations, paths } from './openapi-types.js';
export { collect, pagesOf } from './pages.js';
export type { Cursor, Page } from './pages.js';
export { ApiProblem, problemOf } from './problem.js';
export type { Problem } from './problem.js';
export type {
  ApprovalResource,
  AttemptResource,
  BreakerResource,
  CallbackAddress,
  CommandAnswer,
  DeliveryResource,
  DeployedResource,
  DeploymentResource,
  DeploymentSummary,
  DriftItem,
  DriftHistoryResource,
  DriftIgnoresResource,
  DriftPolicyResource,
  DriftReportResource,
  DriftScheduleResource,
  HistoryEntry,
  InvitationResource,
  LogAnswer,
  Plan,
  PlanRecomputation,
  PriceBookResource,
  PrincipalView,
  RevisionResource,
  RunCommandAnswer,
  RunResource,
  RunState,
  TaskResource,
  TokenAnswer,
  TypeTableResource,
  WebhookAnswer,
  WebhookResource,
} from './resources.js';
export type { Patience } from './retrying-fetch.js';
export type { WaitOptions } from './wait-for-run.js';
export type { CaissonEvent, WatchedEvent, WatchOptions } from './watch-events.js';
export type { WebhookCalls } from './webhook-calls.js';
