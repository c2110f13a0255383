import { bodyOf, openApi, type Api, type ApiOptions } from './api.js';
import type { components } from './openapi-types.js';
import { pagesOf } from './pages.js';
import type {
  ApprovalResource,
  AttemptResource,
  BreakerResource,
  CallbackAddress,
  CommandAnswer,
  DeliveryResource,
  DeployedResource,
  DeploymentResource,
  DeploymentSummary,
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
  RevisionResource,
  RunCommandAnswer,
  RunResource,
  TaskResource,
  TokenAnswer,
  TypeTableResource,
} from './resources.js';
import { isPutRight, isScanned, waitForReport } from './wait-for-report.js';
import { waitForRun, type WaitOptions } from './wait-for-run.js';
import { WebhookCalls } from './webhook-calls.js';
import { watchEvents, type WatchedEvent, type WatchOptions } from './watch-events.js';

type Schemas = components['schemas'];

/** How long one call waits for a line; shorter than the limit of a call. */
const FOLLOW_SECONDS = 8;

/** Which deployments to list. */
export interface DeploymentFilter {
  readonly name?: string;
  readonly environment?: 'development' | 'staging' | 'production';
  readonly status?: DeploymentSummary['status'];
}

/** Absent: as it is now. */
export interface PastPoint {
  /** A version of the stream of the deployment, or an instant such as `2026-03-01T10:00:00Z`. */
  readonly asOf?: string;
}

/** Which deliveries to list. */
export type DeliveryFilter = Partial<
  Pick<DeliveryResource, 'hookId' | 'deliveryId' | 'event' | 'outcome' | 'repository'>
>;

/**
 * The API for one principal. Commands answer when they are recorded, not when they are done; lists are read page by
 * page as they are gone through. What has no method of its own is an operation of `api`.
 */
export class CaissonClient {
  /** Every operation of the API, typed from its document. */
  readonly api: Api;
  readonly webhooks: WebhookCalls;
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.api = openApi(options);
    this.webhooks = new WebhookCalls(this.api);
  }

  /** Registers the first administrator of an empty system, or of a new tenant. */
  async register(account: Schemas['RegisterRequest']): Promise<void> {
    await this.api.POST('/api/v1/auth/register', { body: account });
  }

  login(account: Schemas['LoginRequest']): Promise<TokenAnswer> {
    return bodyOf(this.api.POST('/api/v1/auth/login', { body: account }));
  }

  /** Creates a deployment and requests its first run. The API checks what is desired and says what is wrong with it. */
  createDeployment(desired: object): Promise<RunCommandAnswer> {
    const body = desired as Schemas['DesiredStateRequest'];
    return ofRun(this.api.POST('/api/v1/deployments', { body }));
  }

  /** Replaces the desired state and requests an update run. */
  async changeDeployment(id: string, desired: object): Promise<RunCommandAnswer> {
    const current = await this.api.GET('/api/v1/deployments/{id}', { params: { path: { id } } });
    const header = { 'If-Match': current.response.headers.get('etag') ?? '' };
    const body = desired as Schemas['DesiredStateRequest'];
    return ofRun(this.api.PATCH('/api/v1/deployments/{id}', { params: { path: { id }, header }, body }));
  }

  /** Asks for another number of copies of a resource. */
  scale(id: string, resource: string, count: number): Promise<RunCommandAnswer> {
    const body = { resource, count };
    return ofRun(this.api.POST('/api/v1/deployments/{id}/scale', { params: { path: { id } }, body }));
  }

  /** Changes properties of named resources by JSON merge patches. */
  configure(id: string, properties: Readonly<Record<string, Record<string, unknown>>>): Promise<RunCommandAnswer> {
    const patches = Object.entries(properties).map(([name, patch]) => [name, { properties: patch }] as const);
    const body = { resources: Object.fromEntries(patches) };
    return ofRun(this.api.POST('/api/v1/deployments/{id}/configure', { params: { path: { id } }, body }));
  }

  deployments(filter: DeploymentFilter = {}): AsyncGenerator<DeploymentSummary, void> {
    return pagesOf((cursor) =>
      bodyOf(this.api.GET('/api/v1/deployments', { params: { query: { ...filter, ...cursor } } })),
    );
  }

  deployment(id: string, past: PastPoint = {}): Promise<DeploymentResource> {
    return bodyOf(this.api.GET('/api/v1/deployments/{id}', { params: { path: { id }, query: past } }));
  }

  /** Asks for the end of a deployment. No run follows where there is nothing to destroy. */
  destroyDeployment(id: string): Promise<CommandAnswer> {
    return bodyOf(this.api.DELETE('/api/v1/deployments/{id}', { params: { path: { id } } }));
  }

  /** Goes back to a completed revision, or undoes a failed run. */
  rollback(id: string, toRevision?: number): Promise<RunCommandAnswer> {
    const body = toRevision === undefined ? {} : { toRevision };
    return ofRun(this.api.POST('/api/v1/deployments/{id}/rollback', { params: { path: { id } }, body }));
  }

  /** The versions of what is desired, newest first. */
  revisions(id: string): AsyncGenerator<RevisionResource, void> {
    return pagesOf((query) =>
      bodyOf(this.api.GET('/api/v1/deployments/{id}/revisions', { params: { path: { id }, query } })),
    );
  }

  /** What is applied of a deployment, as the engines left it. */
  async resources(id: string): Promise<readonly DeployedResource[]> {
    const answer = await bodyOf(this.api.GET('/api/v1/deployments/{id}/resources', { params: { path: { id } } }));
    return answer.items;
  }

  /** The runs of a deployment, newest first. */
  runs(id: string): AsyncGenerator<RunResource, void> {
    return pagesOf((query) =>
      bodyOf(this.api.GET('/api/v1/deployments/{id}/runs', { params: { path: { id }, query } })),
    );
  }

  /** Everything that happened to a deployment, in order. */
  async history(id: string): Promise<readonly HistoryEntry[]> {
    const answer = await bodyOf(this.api.GET('/api/v1/deployments/{id}/events', { params: { path: { id } } }));
    return answer.items;
  }

  /** Plans the current run of a deployment, or plans it again because inputs changed. */
  planDeployment(id: string): Promise<RunCommandAnswer> {
    return ofRun(this.api.POST('/api/v1/deployments/{id}/plan', { params: { path: { id } }, body: {} }));
  }

  /** Applies the approved plan of the current run, where that does not happen by itself. */
  executeDeployment(id: string): Promise<RunCommandAnswer> {
    return ofRun(this.api.POST('/api/v1/deployments/{id}/execute', { params: { path: { id } }, body: {} }));
  }

  run(id: string, past: PastPoint = {}): Promise<RunResource> {
    return bodyOf(this.api.GET('/api/v1/runs/{id}', { params: { path: { id }, query: past } }));
  }

  plan(runId: string, past: PastPoint = {}): Promise<Plan> {
    return bodyOf(this.api.GET('/api/v1/runs/{id}/plan', { params: { path: { id: runId }, query: past } }));
  }

  /** The approvals that the plans of a run needed, oldest first. */
  async approvals(runId: string): Promise<readonly ApprovalResource[]> {
    return (await bodyOf(this.api.GET('/api/v1/runs/{id}/approvals', { params: { path: { id: runId } } }))).items;
  }

  /** The invitations that nobody has used yet, oldest first. */
  async invitations(): Promise<readonly InvitationResource[]> {
    return (await bodyOf(this.api.GET('/api/v1/members/invitations'))).items;
  }

  async revokeInvitation(id: string): Promise<void> {
    await this.api.DELETE('/api/v1/members/invitations/{id}', { params: { path: { id } } });
  }

  /** Has a plan computed again from its recorded inputs, and says whether it is the same. */
  recomputePlan(digest: string): Promise<PlanRecomputation> {
    return bodyOf(this.api.POST('/api/v1/plans/{digest}/recompute', { params: { path: { digest } }, body: {} }));
  }

  approve(runId: string, planDigest: string): Promise<RunCommandAnswer> {
    const body = { planDigest };
    return ofRun(this.api.POST('/api/v1/runs/{id}/approve', { params: { path: { id: runId } }, body }));
  }

  cancel(runId: string): Promise<RunCommandAnswer> {
    return ofRun(this.api.POST('/api/v1/runs/{id}/cancel', { params: { path: { id: runId } }, body: {} }));
  }

  /** Tries a failed run again: it goes on after the tasks that succeeded. */
  retry(runId: string): Promise<RunCommandAnswer> {
    return ofRun(this.api.POST('/api/v1/runs/{id}/retry', { params: { path: { id: runId } }, body: {} }));
  }

  tasks(runId: string): AsyncGenerator<TaskResource, void> {
    return pagesOf((query) =>
      bodyOf(this.api.GET('/api/v1/runs/{id}/tasks', { params: { path: { id: runId }, query } })),
    );
  }

  task(id: string): Promise<TaskResource> {
    return bodyOf(this.api.GET('/api/v1/tasks/{id}', { params: { path: { id } } }));
  }

  /** The attempts of a task, oldest first. */
  async attempts(taskId: string): Promise<readonly AttemptResource[]> {
    const answer = await bodyOf(this.api.GET('/api/v1/tasks/{id}/attempts', { params: { path: { id: taskId } } }));
    return answer.items;
  }

  /** Part of what a tool said in an attempt, from a line on. */
  log(attemptId: string, part: { readonly offset?: number; readonly waitSeconds?: number } = {}): Promise<LogAnswer> {
    const { offset = 0, waitSeconds = 0 } = part;
    const params = { path: { id: attemptId }, query: { offset, waitSeconds } };
    return bodyOf(this.api.GET('/api/v1/attempts/{id}/log', { params }));
  }

  /** Gives what a tool says as it says it, until the attempt is over or nobody listens any more. */
  async *followLog(attemptId: string): AsyncGenerator<string, void> {
    for (let offset = 0; ;) {
      const { complete, lines, nextOffset } = await this.log(attemptId, { offset, waitSeconds: FOLLOW_SECONDS });
      yield* lines;
      if (complete) return;
      offset = nextOffset;
    }
  }

  /** Where a task that waits is called back: a secret path at the installation's address. */
  callbackAddress(taskId: string): Promise<CallbackAddress> {
    return bodyOf(this.api.GET('/api/v1/tasks/{id}/callback', { params: { path: { id: taskId } } }));
  }

  /** Asks for a scan; gives the id of its report. */
  async scan(deploymentId: string): Promise<string> {
    const { scan } = await bodyOf(this.api.POST('/api/v1/drift/scans', { body: { deploymentId } }));
    return scan.id;
  }

  driftReport(id: string): Promise<DriftReportResource> {
    return bodyOf(this.api.GET('/api/v1/drift/reports/{id}', { params: { path: { id } } }));
  }

  /** Brings the world back to what is desired, or has what is desired follow the world. */
  remediate(reportId: string, mode: 'revert' | 'adopt' = 'revert'): Promise<RunCommandAnswer> {
    const body = { mode };
    return ofRun(this.api.POST('/api/v1/drift/reports/{id}/remediate', { params: { path: { id: reportId } }, body }));
  }

  /** How attributes of a deployment became what they are. */
  driftHistory(deploymentId: string): Promise<DriftHistoryResource> {
    return bodyOf(this.api.GET('/api/v1/deployments/{id}/drift-history', { params: { path: { id: deploymentId } } }));
  }

  /** Which drift of a deployment is ignored. */
  driftIgnores(deploymentId: string): Promise<DriftIgnoresResource> {
    return bodyOf(this.api.GET('/api/v1/deployments/{id}/drift-ignores', { params: { path: { id: deploymentId } } }));
  }

  /** Has drift of a deployment ignored. @throws Problem `unprocessable-request` for a rule that the policy forbids. */
  ignoreDrift(deploymentId: string, body: Schemas['DriftIgnoreRequest']): Promise<DriftIgnoresResource> {
    const params = { path: { id: deploymentId } };
    return bodyOf(this.api.POST('/api/v1/deployments/{id}/drift-ignores', { params, body }));
  }

  async removeDriftIgnore(deploymentId: string, ruleId: string): Promise<void> {
    const params = { path: { id: deploymentId, ruleId } };
    await this.api.DELETE('/api/v1/deployments/{id}/drift-ignores/{ruleId}', { params });
  }

  /** The tables that the planner works with, or an older version of one. */
  typeTable(version?: number): Promise<TypeTableResource> {
    if (version === undefined) return bodyOf(this.api.GET('/api/v1/type-table'));
    return bodyOf(this.api.GET('/api/v1/type-table/versions/{version}', { params: { path: { version } } }));
  }

  priceBook(version?: number): Promise<PriceBookResource> {
    if (version === undefined) return bodyOf(this.api.GET('/api/v1/price-book'));
    return bodyOf(this.api.GET('/api/v1/price-book/versions/{version}', { params: { path: { version } } }));
  }

  /** Replaces a table by a new version, for administrators. `ifVersion`: the version that was read. */
  replaceTypeTable(body: Schemas['TypeTableInput'], ifVersion: number): Promise<TypeTableResource> {
    const params = { header: { 'If-Match': `"${ifVersion}"` } };
    return bodyOf(this.api.PUT('/api/v1/type-table', { params, body }));
  }

  /** See `replaceTypeTable`. */
  replacePriceBook(body: Schemas['PriceBookInput'], ifVersion: number): Promise<PriceBookResource> {
    const params = { header: { 'If-Match': `"${ifVersion}"` } };
    return bodyOf(this.api.PUT('/api/v1/price-book', { params, body }));
  }

  /** The schedule by which a deployment is scanned. @throws Problem `drift-schedule-not-found` when there is none. */
  driftSchedule(deploymentId: string): Promise<DriftScheduleResource> {
    return bodyOf(this.api.GET('/api/v1/deployments/{id}/drift-schedule', { params: { path: { id: deploymentId } } }));
  }

  setDriftSchedule(deploymentId: string, body: Schemas['DriftScheduleRequest']): Promise<DriftScheduleResource> {
    const params = { path: { id: deploymentId } };
    return bodyOf(this.api.PUT('/api/v1/deployments/{id}/drift-schedule', { params, body }));
  }

  async removeDriftSchedule(deploymentId: string): Promise<void> {
    await this.api.DELETE('/api/v1/deployments/{id}/drift-schedule', { params: { path: { id: deploymentId } } });
  }

  /** Providers that looked wrong, and whether they are left alone. */
  async driftBreakers(): Promise<readonly BreakerResource[]> {
    return (await bodyOf(this.api.GET('/api/v1/drift-breakers', { params: { query: { limit: '200' } } }))).items;
  }

  closeDriftBreaker(provider: string, reason: string): Promise<BreakerResource> {
    const body = { reason };
    return bodyOf(this.api.POST('/api/v1/drift-breakers/{provider}/close', { params: { path: { provider } }, body }));
  }

  /** The deliveries to the webhooks of the tenant, newest first. */
  deliveries(filter: DeliveryFilter = {}): AsyncGenerator<DeliveryResource, void> {
    return pagesOf((cursor) =>
      bodyOf(this.api.GET('/api/v1/deliveries', { params: { query: { ...filter, ...cursor } } })),
    );
  }

  delivery(id: string): Promise<DeliveryResource> {
    return bodyOf(this.api.GET('/api/v1/deliveries/{id}', { params: { path: { id } } }));
  }

  /** What the tenant holds of drift, or an older version of it. */
  driftPolicy(version?: number): Promise<DriftPolicyResource> {
    if (version === undefined) return bodyOf(this.api.GET('/api/v1/drift-policy'));
    return bodyOf(this.api.GET('/api/v1/drift-policy/versions/{version}', { params: { path: { version } } }));
  }

  /** See `replaceTypeTable`. */
  replaceDriftPolicy(body: Schemas['DriftPolicyInput'], ifVersion: number): Promise<DriftPolicyResource> {
    const params = { header: { 'If-Match': `"${ifVersion}"` } };
    return bodyOf(this.api.PUT('/api/v1/drift-policy', { params, body }));
  }

  /** Waits until a run reaches one of the states. @throws Error that names run and state when the limit passes. */
  waitForRun(runId: string, options: WaitOptions = {}): Promise<RunResource> {
    return waitForRun(() => this.run(runId), options);
  }

  /** Watches what happens; gone on with through cuts, each event once and in order. */
  watchEvents(options: WatchOptions = {}): AsyncGenerator<WatchedEvent, void> {
    return watchEvents(this.#options, options);
  }

  /** The place that events have reached now: what is after it has not happened yet. */
  async eventHead(): Promise<string> {
    const reached = new AbortController();
    let head = '0';
    const onPlace = (place: string): void => {
      head = place;
      reached.abort();
    };
    for await (const { place } of this.watchEvents({ signal: reached.signal, onPlace })) {
      head = place;
      break;
    }
    return head;
  }

  /** Waits until a scan has ended. */
  waitForScan(reportId: string, limitMs?: number): Promise<DriftReportResource> {
    return waitForReport(reportId, { look: (id) => this.driftReport(id), isThrough: isScanned, limitMs });
  }

  /** Waits until somebody has looked whether what a scan found is gone, or it is said why nobody will. */
  waitForRemediation(reportId: string, limitMs?: number): Promise<DriftReportResource> {
    return waitForReport(reportId, { look: (id) => this.driftReport(id), isThrough: isPutRight, limitMs });
  }
}

/** Commands of which the API says that a run follows. */
async function ofRun(call: Promise<{ readonly data?: CommandAnswer }>): Promise<RunCommandAnswer> {
  const answer = await bodyOf(call);
  if (answer.run === undefined) throw new Error('The API answered a command without the run that follows.');
  return { ...answer, run: answer.run };
}
