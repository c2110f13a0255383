export { asyncApiOf, describeEvents } from './async-api.js';
export type { AsyncApiDocument, AsyncApiMessage } from './async-api.js';
export { Check, CommandCheck, HttpCheck, ObservedCheck, OutputCheck, portOf, shownUrl, TcpCheck } from './checks.js';
export { CloudEvent, cloudEventText, dataSchemaOf, publicEventOf } from './cloud-event.js';
export {
  DESIRED_STATE_LIMITS,
  DesiredState,
  DesiredStateRequest,
  JsonRecord,
  PushTrigger,
  ResourceName,
  ResourceSpec,
} from './desired-state.js';
export type { DesiredStateInput } from './desired-state.js';
export { PROBLEMS_MAX, validateDesiredState } from './desired-state-problems.js';
export type { DesiredStateProblem, TypeCheck } from './desired-state-problems.js';
export {
  AttributePattern,
  BREAKER_DEPLOYMENTS_MAX,
  BreakerRules,
  DRIFT_TYPES,
  DriftPolicy,
  DriftPolicyResource,
  RemediationRules,
  IGNORE_RULES_MAX,
  DRIFT_CAUSES,
  REMEDIATION_MODES,
  SCAN_TYPES,
  SEVERITIES,
  SeverityTable,
} from './drift-policy.js';
export { DRIFT_EVENTS, DriftItem } from './events/drift.events.js';
export { DEPLOYMENT_EVENTS } from './events/deployment.events.js';
export { EXECUTION_EVENTS } from './events/execution.events.js';
export { PLANNING_EVENTS } from './events/planning.events.js';
export { TENANCY_EVENTS } from './events/tenancy.events.js';
export { WEBHOOK_EVENTS } from './events/webhooks.events.js';
export { Diagnostic, Failure } from './failure.js';
export { hideUrlSecrets } from './hide-url-secrets.js';
export { decodeMessage, encodeHeaders } from './kafka-message.js';
export type { Decoded, KafkaHeaders } from './kafka-message.js';
export { deadLetterTopicOf } from './reading/dead-letter.js';
export type { DeadLetter, KafkaMessage } from './reading/dead-letter.js';
export { handlerNameOf } from './reading/event-handlers.js';
export type { EventHandler, EventHandlers, HandlerName } from './reading/event-handlers.js';
export { EventReader } from './reading/event-reader.js';
export type { EventReaderOptions, Handling } from './reading/event-reader.js';
export { PostgresSeenEvents } from './reading/postgres-seen-events.js';
export type { SqlClient, SqlPool } from './reading/postgres-seen-events.js';
export { InMemorySeenEvents } from './reading/seen-events.js';
export type { SeenEvents } from './reading/seen-events.js';
export { JsonValue } from './json-value.js';
export {
  PLANNING_TABLE_LIMITS,
  PLANNING_TABLES,
  PriceBook,
  PriceBookResource,
  RiskRules,
  TypeMapping,
  TypeTable,
  TypeTableResource,
  defaultResourceName,
} from './planning-tables.js';
export type { PlanningTableName, PriceBookView, TypeTableView } from './planning-tables.js';
export {
  AppliedResource,
  AppliedUnit,
  ArtifactRef,
  AttributeChange,
  ChangeAction,
  Digest,
  Plan,
  PlannedChange,
  PlanResource,
  PlanUnit,
  ResourceLifecycle,
} from './plan.js';
export { HEAD_START_MS, PRIORITIES, Priority } from './priority.js';
export { outputsByAddress, resourcesByAddress } from './applied-resources.js';
export { decodeEvent, EVENT_TYPES, eventTypeOf, eventTypesOf, parseEventType, PUBLIC_EVENTS } from './public-event.js';
export type {
  DataOf,
  DataOfType,
  EventEnvelope,
  EventOf,
  EventType,
  FactOf,
  FactsByContext,
  PublicEvent,
} from './public-event.js';
export {
  findReferences,
  isUploadedContent,
  mapReferableText,
  parseReference,
  resolveReferences,
  resourceAddressOf,
  visitReferableText,
} from './references.js';
export type { ReferableResource, Reference, UnresolvedReference } from './references.js';
export {
  InvitationAnswer,
  InvitationListQuery,
  InvitationResource,
  InvitationsAnswer,
  InviteRequest,
  KeyAnswer,
  KeyListQuery,
  KeyRequest,
  KeyResource,
  KeyRotationRequest,
  KeySet,
  LoginRequest,
  MemberChangeRequest,
  MemberListQuery,
  MemberResource,
  Password,
  PasswordChangeRequest,
  PERMISSIONS,
  PrincipalView,
  RefreshRequest,
  RegisterRequest,
  ROLE_PERMISSIONS,
  ROLES,
  TenantResource,
  TenantsAnswer,
  TokenAnswer,
  Username,
} from './rest/access.js';
export type { Permission, Role } from './rest/access.js';
export { QuotaRequest, QuotaResource, QUOTAS } from './rest/quotas.js';
export type { QuotaName } from './rest/quotas.js';
export {
  CommandAnswer,
  ConfigureRequest,
  DeployedResource,
  DeploymentListQuery,
  DeploymentResource,
  DeploymentSummary,
  HistoryAnswer,
  HistoryEntry,
  HistoryQuery,
  OutputsAnswer,
  ResourceListQuery,
  ResourcesAnswer,
  RevisionListQuery,
  RevisionResource,
  RollbackRequest,
  ScaleRequest,
} from './rest/deployment.js';
export { DELIVERY_OUTCOMES, DeliveryListQuery, DeliveryResource } from './rest/deliveries.js';
export {
  WEBHOOK_KINDS,
  WebhookAnswer,
  WebhookListQuery,
  WebhookRequest,
  WebhookResource,
  WebhookRotationRequest,
} from './rest/webhooks.js';
export type { WebhookKind } from './rest/webhooks.js';
export {
  DeploymentDriftListQuery,
  DeploymentScanRequest,
  BreakerListQuery,
  BreakerResource,
  CloseBreakerRequest,
  DriftListQuery,
  DriftReportResource,
  DriftHistoryQuery,
  DriftHistoryResource,
  DriftIgnoreRequest,
  DriftIgnoresResource,
  DriftScheduleRequest,
  DriftScheduleResource,
  RemediateRequest,
  ScanAnswer,
  ScanRequest,
} from './rest/drift.js';
export { AsOfQuery, Links, PAGE_ITEMS_MAX, pageOf, PageQuery, PartQuery, sortBy } from './rest/page.js';
export {
  APPROVAL_STATES,
  ApprovalListQuery,
  ApprovalResource,
  ApprovalsAnswer,
  ApproveRequest,
  AttemptListQuery,
  AttemptResource,
  AttemptsAnswer,
  CallbackAddress,
  DeploymentRunListQuery,
  EmptyRequest,
  LOG_LINES_MAX,
  LogAnswer,
  LogQuery,
  PlanRecomputation,
  ReasonRequest,
  ResolveTaskRequest,
  RunListQuery,
  RunResource,
  RunStates,
  TaskListQuery,
  TaskResource,
} from './rest/run.js';
export { CONTEXT_PERMISSIONS, contextOfType, LiveEventsQuery } from './rest/live-events.js';
export { API_PROBLEMS, EDGE_PROBLEMS, WEBHOOK_PROBLEMS } from './rest/problem-types.js';
export type { ProblemCatalog, ProblemCode, ProblemType } from './rest/problem-types.js';
export { Problem, ProblemDetail } from './rest/problem.js';
export { earliestStart, everOpens, Schedule } from './schedule.js';
export { ResourceEffect, RunEffects } from './run-effects.js';
export {
  allowedCommands,
  canTransition,
  FINAL_RUN_STATES,
  RUN_COMMANDS,
  RUN_KINDS,
  RUN_STATES,
  RUN_TRANSITIONS,
  SETTLED_RUN_STATES,
} from './run-states.js';
export type { RunCommand, RunKind, RunState, RunTransition } from './run-states.js';
export { secretVariablesOf } from './secret-variables.js';
export type { ModuleValues, SecretVariable } from './secret-variables.js';
export { TASK_STATES, TASK_TRANSITIONS } from './task-states.js';
export type { TaskState } from './task-states.js';
export { CONTEXTS, TOPICS, topicOf } from './topics.js';
export type { Context, TopicSettings } from './topics.js';
export {
  CredentialListQuery,
  CredentialName,
  CredentialRequest,
  CredentialResource,
  CredentialsRewrapped,
} from './rest/credentials.js';
