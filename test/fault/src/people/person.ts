import { setTimeout as pause } from 'node:timers/promises';
import { SETTLED_RUN_STATES } from '@caisson/contracts';
import type { SeededRandom } from '@caisson/testing';
import type { Answer, Call, Caller } from './caller.js';

/** Runs that a person retries or undoes before giving up. */
const REMEDIES_MAX = 4;

const LOOK_EVERY_MS = 200;

/** What a person is going to do, drawn before anything happens. */
export interface PersonPlan {
  /** Index of the tenant. */
  readonly tenant: number;
  readonly startsAfterMs: number;
  readonly servers: number;
  readonly approvesItself: boolean;
  readonly onFailure: 'rollback' | 'keep';
  /** What is done after the creation. */
  readonly change: 'none' | 'configure' | 'scale' | 'replace';
  /** Cancels the creation so many looks after it began. */
  readonly cancelsAfterLooks: number | undefined;
  readonly destroys: boolean;
  /** Whether failed runs are retried rather than undone. */
  readonly retries: boolean;
}

/** Draws a person. */
export function drawPerson(random: SeededRandom, tenants: number): PersonPlan {
  return {
    tenant: random.between(0, tenants - 1),
    startsAfterMs: random.between(0, 3_000),
    servers: random.between(1, 3),
    approvesItself: random.chance(0.7),
    onFailure: random.pick(['rollback', 'keep'] as const),
    change: random.pick(['none', 'configure', 'scale', 'replace'] as const),
    cancelsAfterLooks: random.chance(0.2) ? random.between(0, 5) : undefined,
    destroys: random.chance(0.6),
    retries: random.chance(0.7),
  };
}

/** One deployment in the hands of one person: made, approved, changed, mended where it broke, and perhaps removed. */
export class Person {
  /** Known once the creation was answered. */
  deploymentId: string | undefined;
  readonly tenant: string;
  readonly #caller: Caller;
  readonly #plan: PersonPlan;
  /** Found in whatever is about this person's tenant, and nowhere else. */
  readonly #canary: string;

  constructor(caller: Caller, plan: PersonPlan, canary: string) {
    this.#caller = caller;
    this.#plan = plan;
    this.#canary = canary;
    this.tenant = caller.tenant;
  }

  /**
   * From the first request to the last.
   *
   * @throws Error when a request was never answered, or a run never ended before `signal` was aborted.
   */
  async live(signal: AbortSignal): Promise<void> {
    const plan = this.#plan;
    await pause(plan.startsAfterMs);
    const created = await this.#command({
      what: 'create',
      method: 'POST',
      path: '/api/v1/deployments',
      body: this.#desired('m1.small'),
    });
    if (created.status >= 400) return; // Such as a token that has ended, by a clock that jumped.
    this.deploymentId = (created.body['deployment'] as { readonly id: string }).id;
    await this.#seeThrough(created, plan.cancelsAfterLooks, signal);
    if (plan.change !== 'none') await this.#seeThrough(await this.#change(), undefined, signal);
    for (let tries = 0; plan.destroys && tries < REMEDIES_MAX; tries += 1) {
      await this.#seeThrough(
        await this.#ofDeployment({ what: 'destroy', method: 'DELETE', path: '' }),
        undefined,
        signal,
      );
      if ((await this.#look()).body['status'] === 'deleted') return;
    }
  }

  async #change(): Promise<Answer> {
    if (this.#plan.change === 'scale') {
      return this.#ofDeployment({
        ...{ what: 'scale', method: 'POST', path: '/scale' },
        body: { resource: 'web', count: this.#plan.servers + 1 },
      });
    }
    if (this.#plan.change === 'configure') {
      const resources = { web: { properties: { flavor: 'm1.large' } } };
      return this.#ofDeployment({ what: 'configure', method: 'POST', path: '/configure', body: { resources } });
    }
    const ifMatch = (await this.#look()).etag ?? '';
    return this.#command({
      what: 'replace',
      method: 'PATCH',
      path: `/api/v1/deployments/${this.deploymentId ?? ''}`,
      body: this.#desired('m1.medium'),
      headers: { 'if-match': ifMatch },
    });
  }

  /** Looks until the run that was asked for has ended; approves, cancels and mends on the way. */
  async #seeThrough(asked: Answer, cancelsAfterLooks: number | undefined, signal: AbortSignal): Promise<void> {
    const runId = (asked.body['run'] as { readonly id?: string } | undefined)?.id;
    if (asked.status >= 400 || runId === undefined) return;
    let remedies = 0;
    for (let looks = 0; ; looks += 1) {
      const { body: run } = await this.#command({ what: 'read run', method: 'GET', path: `/api/v1/runs/${runId}` });
      const state = String(run['state']);
      if (looks === cancelsAfterLooks) await this.#ofRun('cancel', runId);
      if (state === 'awaiting_approval') await this.#ofRun('approve', runId, { planDigest: run['planDigest'] });
      else if (state === 'failed' && remedies < REMEDIES_MAX) {
        remedies += 1;
        await (this.#plan.retries
          ? this.#ofRun('retry', runId)
          : this.#ofDeployment({ what: 'rollback', method: 'POST', path: '/rollback' }));
      } else if (SETTLED_RUN_STATES.some((settled) => settled === state)) return;
      if (signal.aborted) throw new Error(`run ${runId} of ${this.#caller.person} is still ${state}`);
      await this.#look();
      await pause(LOOK_EVERY_MS);
    }
  }

  #look(): Promise<Answer> {
    return this.#ofDeployment({ what: 'read', method: 'GET', path: '' });
  }

  #ofRun(what: string, runId: string, body?: object): Promise<Answer> {
    return this.#command({
      ...{ what, method: 'POST', path: `/api/v1/runs/${runId}/${what}` },
      ...(body === undefined ? {} : { body }),
    });
  }

  /** A call about the deployment: `path` is what comes behind its address. */
  #ofDeployment(call: Call): Promise<Answer> {
    return this.#command({ ...call, path: `/api/v1/deployments/${this.deploymentId ?? ''}${call.path}` });
  }

  #command(call: Call): Promise<Answer> {
    return this.#caller.call({
      ...call,
      ...(this.deploymentId === undefined ? {} : { deploymentId: this.deploymentId }),
    });
  }

  #desired(flavor: string): object {
    const { approvesItself, onFailure, servers } = this.#plan;
    const tags = { owner: this.#canary };
    const web = { network: '${network.id}', flavor, image: 'ubuntu-24.04' };
    return {
      name: this.#caller.person,
      autoApprove: approvesItself,
      onFailure,
      resources: [
        { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' }, tags },
        { name: 'web', engine: 'sandbox', type: 'server', count: servers, properties: web, tags },
        { name: 'data', engine: 'sandbox', type: 'volume', properties: { sizeGb: 10 }, tags },
      ],
    };
  }
}
