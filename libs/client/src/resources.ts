import type { components } from './openapi-types.js';

type Schemas = components['schemas'];

/** What somebody, or policy, said to a plan. */
export type ApprovalResource = Schemas['ApprovalResource'];
/** One try of a task. */
export type AttemptResource = Schemas['AttemptResource'];
/** Whether a provider is left alone. */
export type BreakerResource = Schemas['BreakerResource'];
/** Where a task that waits is called back. */
export type CallbackAddress = Schemas['CallbackAddress'];
/** The answer to a command: recorded, not yet done. */
export type CommandAnswer = Schemas['CommandAnswer'];
/** A signed call of a webhook. */
export type DeliveryResource = Schemas['DeliveryResource'];
/** One resource that is applied, as its engine left it. */
export type DeployedResource = Schemas['DeployedResource'];
/** One deployment, with what is desired. */
export type DeploymentResource = Schemas['DeploymentResource'];
/** A deployment in a list. */
export type DeploymentSummary = Schemas['DeploymentSummary'];
/** One place where the world is not as it was left. */
export type DriftItem = DriftReportResource['items'][number];
/** How attributes of a deployment became what they are. */
export type DriftHistoryResource = Schemas['DriftHistoryResource'];
/** Which drift of a deployment is ignored. */
export type DriftIgnoresResource = Schemas['DriftIgnoresResource'];
/** A version of the drift policy. */
export type DriftPolicyResource = Schemas['DriftPolicyResource'];
/** What a scan found. */
export type DriftReportResource = Schemas['DriftReportResource'];
/** When a deployment is scanned without being asked. */
export type DriftScheduleResource = Schemas['DriftScheduleResource'];
/** One recorded fact. */
export type HistoryEntry = Schemas['HistoryEntry'];
/** An invitation that nobody has used yet. */
export type InvitationResource = Schemas['InvitationResource'];
/** Part of what a tool said. */
export type LogAnswer = Schemas['LogAnswer'];
/** What a run is going to do. */
export type Plan = Omit<Schemas['Plan'], 'edges'> & { readonly edges: readonly (readonly string[])[] };
/** What came of computing a plan again. */
export type PlanRecomputation = Schemas['PlanRecomputation'];
/** A version of the price book. */
export type PriceBookResource = Schemas['PriceBookResource'];
/** Who the caller is. */
export type PrincipalView = Schemas['PrincipalView'];
/** A version of what is desired. */
export type RevisionResource = Schemas['RevisionResource'];
/** A change of a deployment. */
export type RunResource = Schemas['RunResource'];
/** A part of a run. */
export type TaskResource = Schemas['TaskResource'];
/** The tokens of a session. */
export type TokenAnswer = Schemas['TokenAnswer'];
/** A version of the type table. */
export type TypeTableResource = Schemas['TypeTableResource'];

/** A webhook, without its secret. */
export type WebhookResource = Schemas['WebhookResource'];
/** A webhook with its secret, which is shown once. */
export type WebhookAnswer = Schemas['WebhookAnswer'];

/** A state of a run. */
export type RunState = RunResource['state'];

/** The answer to a command that concerns a run. */
export type RunCommandAnswer = CommandAnswer & { readonly run: RunResource };
