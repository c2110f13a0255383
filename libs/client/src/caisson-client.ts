import {
  FINAL_RUN_STATES,
  SETTLED_RUN_STATES,
  type AttemptResource,
  type CallbackAddress,
  type DeployedResource,
  type CommandAnswer,
  type DeploymentResource,
  type DriftReportResource,
  type HistoryEntry,
  type LogAnswer,
  type Plan,
  type PlanRecomputation,
  type PriceBook,
  type PriceBookView,
  type RevisionResource,
  type RunResource,
  type RunState,
  type TaskResource,
  type TokenAnswer,
  type TypeTable,
  type TypeTableView,
} from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { HttpSession, type SessionOptions } from './http-session.js';
import { problemOf } from './problem.js';

const POLL_MS = 100;
/** How long one call waits for a line; shorter than the limit of a call. */
const FOLLOW_SECONDS = 8;
const WAIT_LIMIT_MS = 120_000;

/** The answer to a command that concerns a run. */
export type RunCommandAnswer = CommandAnswer & { readonly run: RunResource };

/** What to wait for. */
export interface WaitOptions {
  /** Default: any state in which the run no longer moves by itself. */
  readonly states?: readonly RunState[];
  /** Default 120 s. */
  readonly limitMs?: number;
  /** Called whenever state or progress changed. */
  readonly onChange?: (run: RunResource) => void;
}

/** Typed calls of the API for one principal. Commands answer when they are recorded, not when they are done. */
export class CaissonClient {
  readonly #session: HttpSession;

  constructor(options: SessionOptions) {
    this.#session = new HttpSession(options);
  }

  /** Registers the first administrator of an empty system. */
  async register(account: { username: string; password: string; bootstrapToken: string }): Promise<void> {
    await this.#session.call({ method: 'POST', path: '/auth/register', body: account });
  }

  /** Gives the access token, valid for 30 minutes. */
  async login(account: { username: string; password: string }): Promise<string> {
    const answer = await this.#session.call<TokenAnswer>({
      method: 'POST',
      path: '/auth/login',
      body: account,
    });
    return answer.body.access_token;
  }

  /** Creates a deployment and requests its first run. */
  createDeployment(desired: unknown): Promise<RunCommandAnswer> {
    return this.#body('POST', '/deployments', desired);
  }

  /** Replaces the desired state and requests an update run. */
  async changeDeployment(id: string, desired: unknown): Promise<RunCommandAnswer> {
    const current = await this.#session.call<DeploymentResource>({ method: 'GET', path: `/deployments/${id}` });
    const answer = await this.#session.call<RunCommandAnswer>({
      method: 'PATCH',
      path: `/deployments/${id}`,
      body: desired,
      headers: { 'if-match': current.etag ?? '' },
    });
    return answer.body;
  }

  /** Asks for another number of copies of a resource. */
  scale(id: string, resource: string, count: number): Promise<RunCommandAnswer> {
    return this.#body('POST', `/deployments/${id}/scale`, { resource, count });
  }

  /** Changes properties of named resources by JSON merge patches. */
  configure(id: string, properties: Readonly<Record<string, JsonObject>>): Promise<RunCommandAnswer> {
    const patches = Object.entries(properties).map(([name, patch]) => [name, { properties: patch }] as const);
    const resources: Readonly<Record<string, object>> = Object.fromEntries(patches);
    return this.#body('POST', `/deployments/${id}/configure`, { resources });
  }

  /** The versions of what is desired, newest first; the newest page. */
  async revisions(id: string): Promise<readonly RevisionResource[]> {
    const page = await this.#body<{ items: readonly RevisionResource[] }>('GET', `/deployments/${id}/revisions`);
    return page.items;
  }

  deployment(id: string): Promise<DeploymentResource> {
    return this.#body('GET', `/deployments/${id}`);
  }

  destroyDeployment(id: string): Promise<RunCommandAnswer> {
    return this.#body('DELETE', `/deployments/${id}`);
  }

  rollback(id: string, toRevision?: number): Promise<RunCommandAnswer> {
    return this.#body('POST', `/deployments/${id}/rollback`, toRevision === undefined ? {} : { toRevision });
  }

  run(id: string): Promise<RunResource> {
    return this.#body('GET', `/runs/${id}`);
  }

  plan(runId: string): Promise<Plan> {
    return this.#body('GET', `/runs/${runId}/plan`);
  }

  /** Has a plan computed again from its recorded inputs, and says whether it is the same. */
  recomputePlan(digest: string): Promise<PlanRecomputation> {
    return this.#body('POST', `/plans/${digest}/recompute`, {});
  }

  /** Plans the current run of a deployment, or plans it again because inputs changed. */
  planDeployment(deploymentId: string): Promise<RunCommandAnswer> {
    return this.#body('POST', `/deployments/${deploymentId}/plan`, {});
  }

  async tasks(runId: string): Promise<readonly TaskResource[]> {
    const page = await this.#body<{ items: readonly TaskResource[] }>('GET', `/runs/${runId}/tasks`);
    return page.items;
  }

  task(taskId: string): Promise<TaskResource> {
    return this.#body('GET', `/tasks/${encodeURIComponent(taskId)}`);
  }

  /** The attempts of a task, oldest first. */
  async attempts(taskId: string): Promise<readonly AttemptResource[]> {
    const page = await this.#body<{ items: readonly AttemptResource[] }>(
      'GET',
      `/tasks/${encodeURIComponent(taskId)}/attempts`,
    );
    return page.items;
  }

  /** Part of what a tool said in an attempt, from a line on. */
  log(attemptId: string, part: { readonly offset?: number; readonly waitSeconds?: number } = {}): Promise<LogAnswer> {
    const { offset = 0, waitSeconds = 0 } = part;
    const path = `/attempts/${encodeURIComponent(attemptId)}/log`;
    return this.#body('GET', `${path}?offset=${offset}&waitSeconds=${waitSeconds}`);
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
    return this.#body('GET', `/tasks/${encodeURIComponent(taskId)}/callback`);
  }

  approve(runId: string, planDigest: string): Promise<RunCommandAnswer> {
    return this.#body('POST', `/runs/${runId}/approve`, { planDigest });
  }

  cancel(runId: string): Promise<RunCommandAnswer> {
    return this.#body('POST', `/runs/${runId}/cancel`, {});
  }

  /** Tries a failed run again: it goes on after the tasks that succeeded. */
  retry(runId: string): Promise<RunCommandAnswer> {
    return this.#body('POST', `/runs/${runId}/retry`, {});
  }

  /** What is applied of a deployment, as the engines left it. */
  async resources(deploymentId: string): Promise<readonly DeployedResource[]> {
    const page = await this.#body<{ items: readonly DeployedResource[] }>(
      'GET',
      `/deployments/${deploymentId}/resources`,
    );
    return page.items;
  }

  /** The runs of a deployment, newest first; the newest page. */
  async runs(deploymentId: string): Promise<readonly RunResource[]> {
    const page = await this.#body<{ items: readonly RunResource[] }>('GET', `/deployments/${deploymentId}/runs`);
    return page.items;
  }

  /** Asks for a scan; gives the id of its report. */
  async scan(deploymentId: string): Promise<string> {
    const answer = await this.#body<{ scan: { id: string } }>('POST', '/drift/scans', { deploymentId });
    return answer.scan.id;
  }

  driftReport(id: string): Promise<DriftReportResource> {
    return this.#body('GET', `/drift/reports/${id}`);
  }

  remediate(reportId: string): Promise<RunCommandAnswer> {
    return this.#body('POST', `/drift/reports/${reportId}/remediate`, { mode: 'revert' });
  }

  /** Everything that happened to a deployment, in order. */
  async history(deploymentId: string): Promise<readonly HistoryEntry[]> {
    const page = await this.#body<{ items: readonly HistoryEntry[] }>('GET', `/deployments/${deploymentId}/events`);
    return page.items;
  }

  /** The tables that the planner works with, or an older version of one. */
  typeTable(version?: number): Promise<TypeTableView> {
    return this.#body('GET', tablePath('type-table', version));
  }

  priceBook(version?: number): Promise<PriceBookView> {
    return this.#body('GET', tablePath('price-book', version));
  }

  /** Replaces a table by a new version, for administrators. `ifVersion`: the version that was read. */
  async replaceTable<Name extends 'type-table' | 'price-book'>(
    name: Name,
    content: Name extends 'type-table' ? TypeTable : PriceBook,
    ifVersion: number,
  ): Promise<Name extends 'type-table' ? TypeTableView : PriceBookView> {
    const headers = { 'if-match': `"${ifVersion}"` };
    const answer = await this.#session.call<Name extends 'type-table' ? TypeTableView : PriceBookView>({
      method: 'PUT',
      path: `/${name}`,
      body: content,
      headers,
    });
    return answer.body;
  }

  /** Waits until a run reaches one of the states. @throws Error that names run and state when the limit passes. */
  async waitForRun(runId: string, options: WaitOptions = {}): Promise<RunResource> {
    const states = options.states ?? ['awaiting_approval', ...SETTLED_RUN_STATES, ...FINAL_RUN_STATES];
    const deadline = performance.now() + (options.limitMs ?? WAIT_LIMIT_MS);
    let seen = '';
    for (;;) {
      const run = await this.run(runId);
      const shown = `${run.state} ${run.progress}`;
      if (shown !== seen) options.onChange?.(run);
      seen = shown;
      if (states.includes(run.state)) return run;
      if (performance.now() > deadline)
        throw new Error(`run ${runId} is still ${run.state}; awaited ${states.join(', ')}`);
      await pause();
    }
  }

  /** Waits until a scan has ended. */
  async waitForScan(reportId: string, limitMs = WAIT_LIMIT_MS): Promise<DriftReportResource> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const report = await this.#findReport(reportId);
      if (report?.status === 'completed') return report;
      if (performance.now() > deadline) throw new Error(`scan ${reportId} did not end`);
      await pause();
    }
  }

  async #findReport(id: string): Promise<DriftReportResource | undefined> {
    try {
      return await this.driftReport(id);
    } catch (error) {
      if (problemOf(error)?.status === 404) return undefined; // Its scan has not begun.
      throw error;
    }
  }

  async #body<Body>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Body> {
    const answer = await this.#session.call<Body>({ method, path, ...(body === undefined ? {} : { body }) });
    return answer.body;
  }
}

function tablePath(name: string, version: number | undefined): string {
  return version === undefined ? `/${name}` : `/${name}/versions/${version}`;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
