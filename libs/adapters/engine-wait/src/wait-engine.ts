import type { Diagnostic } from '@caisson/contracts';
import {
  EngineFailure,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type EngineCapabilities,
  type Observation,
  type PlanRequest,
  type UnitInput,
  type UnitPlan,
  type WaitableRequest,
  type Waited,
  type Waiting,
} from '@caisson/engine';
import { jsonEquals, messageOf, type Clock, type Instant, type JsonObject } from '@caisson/kernel';
import { CAPABILITIES, findingsOf, isWaitType, propertiesOf } from './wait-types.js';

/** Asks a URL how it is. */
export interface UrlProbe {
  /** The status code of a GET. Rejects when there is no answer; stops on the signal. */
  status(url: string, signal: AbortSignal): Promise<number>;
}

/** One look at a URL takes no longer. */
const LOOK_MS_MAX = 10_000;

const SECOND_MS = 1_000;

/**
 * Units that are nothing but a wait: for a callback, a time, or a URL. They change nothing in the world; whatever
 * depends on them starts when they are over.
 */
export class WaitEngine implements Engine {
  readonly name = 'wait';
  readonly #clock: Clock;
  readonly #probe: UrlProbe;

  constructor(clock: Clock, probe: UrlProbe) {
    this.#clock = clock;
    this.#probe = probe;
  }

  async capabilities(): Promise<EngineCapabilities> {
    return CAPABILITIES;
  }

  async validate(unit: UnitInput): Promise<readonly Diagnostic[]> {
    return findingsOf(unit);
  }

  async plan({ destroy, previous, unit, unknowns }: PlanRequest): Promise<UnitPlan> {
    const address = `wait.${unit.type}.${unit.unitId}`;
    const was = previous?.outputs['endedAt'] === undefined ? undefined : previous;
    if (destroy)
      return was === undefined
        ? NOTHING
        : { action: 'delete', changes: [{ address, action: 'delete', attributes: [] }] };
    refuseBad(unit, unknowns);
    if (was === undefined) return { action: 'create', changes: [{ address, action: 'create', attributes: [] }] };
    const isSame = was.type === unit.type && unknowns.length === 0 && jsonEquals(was.properties, unit.properties);
    return isSame ? NOTHING : { action: 'update', changes: [{ address, action: 'update', attributes: [] }] };
  }

  async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const answer = await this.applyOrWait(request, call);
    if (!('waiting' in answer)) return answer;
    const message = `"${request.unit.unitId}" has to wait, and whoever asked cannot. Apply it in a run.`;
    throw new EngineFailure('must-wait', message, { errorClass: 'permanent' });
  }

  async applyOrWait(request: WaitableRequest, call: EngineCall): Promise<ApplyResult | Waiting> {
    const { unit, waited } = request;
    const isUndone = call.actionKey.endsWith('/rollback'); // What was waited for before needs no second wait.
    if (isUndone) return this.#over(request.previous?.outputs ?? {});
    refuseBad(unit, []);
    const since = waited?.since ?? this.#clock.now();
    switch (unit.type) {
      case 'callback':
        return this.#forCallback({ unit, since, waited });
      case 'timer':
        return this.#forTime(unit, since);
      default:
        return this.#forUrl({ unit, since }, call);
    }
  }

  async observe(): Promise<Observation> {
    return { outcome: 'observed', resources: {}, outputs: {} };
  }

  async destroy(): Promise<JsonObject> {
    return { removed: [] };
  }

  async health(): Promise<{ readonly healthy: boolean }> {
    return { healthy: true };
  }

  #forCallback(wait: {
    readonly unit: UnitInput;
    readonly since: Instant;
    readonly waited: Waited | undefined;
  }): ApplyResult | Waiting {
    const { since, unit, waited } = wait;
    const until = later(since, propertiesOf('callback', unit).timeoutSeconds * SECOND_MS);
    const { received } = waited ?? {};
    if (received !== undefined) return this.#over({ payload: received.payload, receivedAt: received.at });
    if (this.#isPast(until)) throw timedOut(unit, 'no callback came', since);
    return { waiting: { reason: 'a callback', until, callback: true, touched: false } };
  }

  #forTime(unit: UnitInput, since: Instant): ApplyResult | Waiting {
    const { forSeconds = 0, until: time } = propertiesOf('timer', unit);
    const until = time === undefined ? later(since, forSeconds * SECOND_MS) : new Date(time).toISOString();
    if (this.#isPast(until)) return this.#over({});
    return { waiting: { reason: `the time ${until}`, until, callback: false, touched: false } };
  }

  async #forUrl(
    { since, unit }: { readonly unit: UnitInput; readonly since: Instant },
    call: EngineCall,
  ): Promise<ApplyResult | Waiting> {
    const { everySeconds, expectStatus, timeoutSeconds, url } = propertiesOf('poll', unit);
    const got = await this.#look(url, call);
    call.log(`${url} ${got}`);
    if (got === `answers ${expectStatus}`) return this.#over({ status: expectStatus });
    const deadline = later(since, timeoutSeconds * SECOND_MS);
    if (this.#isPast(deadline)) throw timedOut(unit, `${url} ${got}, not ${expectStatus}`, since);
    const next = later(this.#clock.now(), everySeconds * SECOND_MS);
    const until = next < deadline ? next : deadline;
    return { waiting: { reason: `${url} to answer ${expectStatus}`, until, callback: false, touched: false } };
  }

  async #look(url: string, { signal }: EngineCall): Promise<string> {
    const over = new AbortController();
    const done = new AbortController();
    void this.#clock.sleep(LOOK_MS_MAX, done.signal).then(() => over.abort('the look took too long'));
    try {
      return `answers ${await this.#probe.status(url, AbortSignal.any([signal, over.signal]))}`;
    } catch (error) {
      if (!signal.aborted) return `does not answer: ${messageOf(error)}`;
      throw new EngineFailure('stopped', 'The look was stopped.', { errorClass: 'transient', cause: error });
    } finally {
      done.abort('done');
    }
  }

  #over(outputs: JsonObject): ApplyResult {
    const endedAt = this.#clock.now();
    return { outputs: { endedAt, ...outputs }, expected: {}, evidence: { endedAt } };
  }

  #isPast(instant: Instant): boolean {
    return Date.parse(instant) <= Date.parse(this.#clock.now());
  }
}

const NOTHING: UnitPlan = { action: 'none', changes: [] };

function refuseBad(unit: UnitInput, unknowns: readonly string[]): void {
  const diagnostics = findingsOf(unit, unknowns);
  const [first] = diagnostics;
  if (first === undefined && isWaitType(unit.type)) return;
  const message = `"${unit.unitId}" cannot be waited for: ${first?.detail ?? unit.type}`;
  throw new EngineFailure('unit-invalid', message, { errorClass: 'permanent', diagnostics });
}

function timedOut({ unitId }: UnitInput, what: string, since: Instant): EngineFailure {
  const message = `"${unitId}" has waited since ${since}, and ${what}. Retry the run to wait again.`;
  return new EngineFailure('wait-timed-out', message, { errorClass: 'permanent' });
}

function later(instant: Instant, ms: number): Instant {
  return new Date(Date.parse(instant) + ms).toISOString();
}
