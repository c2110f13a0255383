import { shownUrl, type Diagnostic } from '@caisson/contracts';
import {
  EngineFailure,
  soleResource,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type EngineCapabilities,
  type Observation,
  type PlanRequest,
  type ResourceInput,
  type UnitInput,
  type UnitPlan,
  type WaitableRequest,
  type Waited,
  type Waiting,
} from '@caisson/engine';
import { Fault, jsonEquals, messageOf, type Clock, type Instant, type JsonObject } from '@caisson/kernel';
import { CAPABILITIES, findingsOf, isWaitType, propertiesOf } from './wait-types.js';

/** Asks a URL how it is. */
export interface UrlProbe {
  /** The status code of a GET. Rejects when there is no answer; stops on the signal. */
  status(url: string, signal: AbortSignal): Promise<number>;
}

/** Tries checks of deployments: asks a port, runs an allowed command, judges a value. */
export interface CheckTrial {
  /** Tries once, within a bound; `final`: another try would give the same. Never rejects. */
  try(
    check: JsonObject,
    call: EngineCall,
  ): Promise<
    { readonly outcome: 'holds' } | { readonly outcome: 'fails'; readonly why: string; readonly final: boolean }
  >;
}

/** Of a service that looks at deployments and applies nothing. */
const NO_TRIALS: CheckTrial = {
  try: () => Promise.resolve({ outcome: 'fails', why: 'Checks are not tried here.', final: true }),
};

/** One look at a URL takes no longer. */
const LOOK_MS_MAX = 10_000;

const SECOND_MS = 1_000;

/**
 * Units that are nothing but a wait: for a callback, a time, a URL, or a check. They change nothing in the world;
 * whatever depends on them starts when they are over.
 */
export class WaitEngine implements Engine {
  readonly name = 'wait';
  readonly #clock: Clock;
  readonly #probe: UrlProbe;
  readonly #trials: CheckTrial;

  constructor(clock: Clock, probe: UrlProbe, trials: CheckTrial = NO_TRIALS) {
    this.#clock = clock;
    this.#probe = probe;
    this.#trials = trials;
  }

  async capabilities(): Promise<EngineCapabilities> {
    return CAPABILITIES;
  }

  async validate(unit: UnitInput): Promise<readonly Diagnostic[]> {
    return findingsOf(soleResource(unit));
  }

  async plan({ destroy, previous, unit, unknowns }: PlanRequest): Promise<UnitPlan> {
    const resource = soleResource(unit);
    const [known] = previous?.resources ?? [];
    const was = known?.outputs['endedAt'] === undefined ? undefined : known;
    if (destroy) return planOf(resource, was === undefined ? 'none' : 'delete');
    refuseBad(
      resource,
      unknowns.map(({ path }) => path),
    );
    if (was === undefined) return planOf(resource, 'create');
    const { properties, type } = resource;
    const isSame = was.type === type && unknowns.length === 0 && jsonEquals(was.properties, properties);
    return planOf(resource, isSame ? 'none' : 'update');
  }

  async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const answer = await this.applyOrWait(request, call);
    if (!('waiting' in answer)) return answer;
    const message = `"${request.unit.unitId}" has to wait, and whoever asked cannot. Apply it in a run.`;
    throw new EngineFailure('must-wait', message, { errorClass: 'permanent' });
  }

  async applyOrWait(request: WaitableRequest, call: EngineCall): Promise<ApplyResult | Waiting> {
    const { waited } = request;
    const resource = soleResource(request.unit);
    const isUndone = call.actionKey.endsWith('/rollback'); // What was waited for before needs no second wait.
    if (isUndone) return this.#over(resource, request.previous?.resources[0]?.outputs ?? {});
    refuseBad(resource, []);
    const since = waited?.since ?? this.#clock.now();
    switch (resource.type) {
      case 'callback':
        return this.#forCallback({ resource, since, waited });
      case 'timer':
        return this.#forTime(resource, since);
      case 'check':
        return this.#forCheck({ resource, since }, call);
      default:
        return this.#forUrl({ resource, since }, call);
    }
  }

  async observe({ resources }: UnitInput): Promise<Observation> {
    const nothing = resources.map(({ address }) => ({ address, outputs: {}, expected: {} }));
    return { outcome: 'observed', resources: nothing };
  }

  async destroy(): Promise<JsonObject> {
    return { removed: [] };
  }

  async health(): Promise<{ readonly healthy: boolean }> {
    return { healthy: true };
  }

  #forCallback(wait: {
    readonly resource: ResourceInput;
    readonly since: Instant;
    readonly waited: Waited | undefined;
  }): ApplyResult | Waiting {
    const { resource, since, waited } = wait;
    const until = later(since, propertiesOf('callback', resource).timeoutSeconds * SECOND_MS);
    const { received } = waited ?? {};
    if (received !== undefined) return this.#over(resource, { payload: received.payload, receivedAt: received.at });
    if (this.#isPast(until)) throw timedOut(resource, 'no callback came', since);
    return { waiting: { reason: 'a callback', until, callback: true, touched: false } };
  }

  #forTime(resource: ResourceInput, since: Instant): ApplyResult | Waiting {
    const { forSeconds = 0, until: time } = propertiesOf('timer', resource);
    const until = time === undefined ? later(since, forSeconds * SECOND_MS) : new Date(time).toISOString();
    if (this.#isPast(until)) return this.#over(resource, {});
    return { waiting: { reason: `the time ${until}`, until, callback: false, touched: false } };
  }

  async #forUrl(
    { resource, since }: { readonly resource: ResourceInput; readonly since: Instant },
    call: EngineCall,
  ): Promise<ApplyResult | Waiting> {
    const { everySeconds, expectStatus, timeoutSeconds, url } = propertiesOf('poll', resource);
    const got = await this.#look(url, call);
    const shown = shownUrl(url);
    call.log(`${shown} ${got}`);
    if (got === `answers ${expectStatus}`) return this.#over(resource, { status: expectStatus });
    const deadline = later(since, timeoutSeconds * SECOND_MS);
    if (this.#isPast(deadline)) throw timedOut(resource, `${shown} ${got}; ${expectStatus} is awaited`, since);
    return this.#again(`${shown} to answer ${expectStatus}`, { everySeconds, deadline });
  }

  async #forCheck(
    { resource, since }: { readonly resource: ResourceInput; readonly since: Instant },
    call: EngineCall,
  ): Promise<ApplyResult | Waiting> {
    const { check, everySeconds, timeoutSeconds } = propertiesOf('check', resource);
    const tried = await this.#trials.try(check as JsonObject, call);
    if (tried.outcome === 'holds') return this.#over(resource, {});
    call.log(tried.why);
    if (call.signal.aborted) throw stopped();
    const deadline = later(since, timeoutSeconds * SECOND_MS);
    if (tried.final) throw refused(`"${resource.address}"`, tried.why);
    if (this.#isPast(deadline)) throw timedOut(resource, tried.why.replace(/\.$/, ''), since);
    return this.#again(`a ${check.kind} check to hold`, { everySeconds, deadline });
  }

  #again(reason: string, when: { readonly everySeconds: number; readonly deadline: Instant }): Waiting {
    const next = later(this.#clock.now(), when.everySeconds * SECOND_MS);
    const until = next < when.deadline ? next : when.deadline;
    return { waiting: { reason, until, callback: false, touched: false } };
  }

  async #look(url: string, { signal }: EngineCall): Promise<string> {
    const over = new AbortController();
    const done = new AbortController();
    void this.#clock.sleep(LOOK_MS_MAX, done.signal).then(() => over.abort('the look took too long'));
    try {
      return `answers ${await this.#probe.status(url, AbortSignal.any([signal, over.signal]))}`;
    } catch (error) {
      if (error instanceof Fault && !error.retryable) throw refused(shownUrl(url), error.message, error);
      if (!signal.aborted) return `does not answer: ${messageOf(error).replace(/\.$/, '')}`;
      throw stopped(error);
    } finally {
      done.abort('done');
    }
  }

  #over({ address }: ResourceInput, outputs: JsonObject): ApplyResult {
    const endedAt = this.#clock.now();
    return { resources: [{ address, outputs: { endedAt, ...outputs }, expected: {} }], evidence: { endedAt } };
  }

  #isPast(instant: Instant): boolean {
    return Date.parse(instant) <= Date.parse(this.#clock.now());
  }
}

function planOf({ address, type }: ResourceInput, action: UnitPlan['action']): UnitPlan {
  const change = { resource: address, address: `wait.${type}.${address}`, action, attributes: [] };
  return { action, resources: [{ address, action }], changes: action === 'none' ? [] : [change] };
}

function refuseBad(resource: ResourceInput, unknowns: readonly string[]): void {
  const diagnostics = findingsOf(resource, unknowns);
  const [first] = diagnostics;
  if (first === undefined && isWaitType(resource.type)) return;
  const message = `"${resource.address}" cannot be waited for: ${first?.detail ?? resource.type}`;
  throw new EngineFailure('unit-invalid', message, { errorClass: 'permanent', diagnostics });
}

function stopped(cause?: unknown): EngineFailure {
  return new EngineFailure('stopped', 'The look was stopped.', { errorClass: 'transient', cause });
}

function timedOut({ address }: ResourceInput, what: string, since: Instant): EngineFailure {
  const message = `"${address}" has waited since ${since}, and ${what}. Retry the run to wait again.`;
  return new EngineFailure('wait-timed-out', message, { errorClass: 'permanent' });
}

/** Asked again, it would be refused again. */
function refused(what: string, why: string, cause?: Fault): EngineFailure {
  const message = `${what} cannot be waited for: ${why}`;
  return new EngineFailure('wait-refused', message, { errorClass: 'permanent', cause });
}

function later(instant: Instant, ms: number): Instant {
  return new Date(Date.parse(instant) + ms).toISOString();
}
