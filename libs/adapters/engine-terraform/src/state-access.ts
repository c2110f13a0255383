import { setTimeout as delay } from 'node:timers/promises';
import { EngineFailure, type EngineCall } from '@caisson/engine';
import { messageOf } from '@caisson/kernel';
import { STATE_USER } from './state-backend/state-backend.js';
import type { StateCredentials } from './state-backend/state-credentials.js';
import { RawState, type RawStateJson } from './terraform-json.js';

/** Which state, for whom. */
export interface StateRequester {
  readonly call: EngineCall;
  readonly unitId: string;
  readonly mode: 'read' | 'write';
}

const REQUEST_LIMIT_MS = 30_000;
const CREDENTIAL_LIFETIME_MS = 60_000;
const ATTEMPTS_MAX = 3;
const RETRY_AFTER_MS = 200;

/** Where the state of a unit is. */
export function stateAddressOf(base: string, { call, unitId }: Pick<StateRequester, 'call' | 'unitId'>): string {
  return `${base}/${encodeURIComponent(call.deploymentId)}/${encodeURIComponent(unitId)}`;
}

/** Reads states straight from the backend, without the cost of a Terraform process. */
export class StateAccess {
  readonly #base: string;
  readonly #credentials: StateCredentials;

  constructor(base: string, credentials: StateCredentials) {
    this.#base = base;
    this.#credentials = credentials;
  }

  /**
   * The state as it is kept; undefined when there is none. A holder's reading fences its predecessors.
   *
   * @throws EngineFailure `state-unreachable` (transient) or `state-refused` (permanent).
   */
  async read(requester: StateRequester): Promise<RawStateJson | undefined> {
    const response = await this.#request('GET', requester);
    if (response.status === 404) return undefined;
    const parsed = RawState.safeParse(await response.json());
    if (parsed.success) return parsed.data;
    throw new EngineFailure('state-unreadable', 'The stored state is no Terraform state. Restore an older version.', {
      errorClass: 'permanent',
      cause: parsed.error,
    });
  }

  /**
   * Removes the lock that a command of ours left when it was killed. Call it only while no command of this unit runs.
   * The backend refuses all but the newest holder.
   */
  async forceUnlock(requester: StateRequester): Promise<void> {
    await this.#request('UNLOCK', requester);
  }

  /** Each request may be repeated without harm, so a lost answer or a store that is busy is asked again. */
  async #request(method: string, requester: StateRequester): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#requestOnce(method, requester);
      } catch (error) {
        const again = error instanceof EngineFailure && error.code === UNREACHABLE.code;
        if (!again || attempt === ATTEMPTS_MAX || requester.call.signal.aborted) throw error;
        await delay(RETRY_AFTER_MS * attempt, undefined, { signal: requester.call.signal }).catch(() => undefined);
      }
    }
  }

  async #requestOnce(method: string, requester: StateRequester): Promise<Response> {
    const { call, unitId, mode } = requester;
    const { tenantId, deploymentId, fencingToken } = call;
    const grant = { tenantId, deploymentId, unitId, mode, fencingToken: mode === 'write' ? fencingToken : 0 };
    const password = this.#credentials.issue(grant, CREDENTIAL_LIFETIME_MS);
    const authorization = `Basic ${Buffer.from(`${STATE_USER}:${password}`).toString('base64')}`;
    const response = await this.#fetch(
      stateAddressOf(this.#base, requester),
      { method, headers: { authorization } },
      call,
    );
    if (response.ok || response.status === 404) return response;
    const { code, errorClass } = response.status >= 500 ? UNREACHABLE : REFUSED;
    const reason = (await response.text()).slice(0, 500);
    throw new EngineFailure(code, `The state backend answered ${response.status}: ${reason}`, { errorClass });
  }

  async #fetch(url: string, init: RequestInit, call: EngineCall): Promise<Response> {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]);
    try {
      return await fetch(url, { ...init, signal });
    } catch (error) {
      if (call.signal.aborted) {
        throw new EngineFailure('tool-stopped', 'The call was stopped before anything was done.', {
          errorClass: 'transient',
          cause: error,
        });
      }
      const message = `The state backend cannot be reached: ${messageOf(error)}. Check that it runs.`;
      throw new EngineFailure(UNREACHABLE.code, message, { errorClass: UNREACHABLE.errorClass, cause: error });
    }
  }
}

const UNREACHABLE = { code: 'state-unreachable', errorClass: 'transient' } as const;
const REFUSED = { code: 'state-refused', errorClass: 'permanent' } as const;
