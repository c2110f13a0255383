import type { StateCredentials, StateGrant } from './state-credentials.js';
import { headOf, lockIdOf, matchesContentMd5, STATE_BYTES_MAX } from './state-document.js';
import type { StateHead, StateKey, StateLock, StateTransaction, TerraformStateStore } from './state-store.js';

/** One request of Terraform's `http` backend. */
export interface StateRequest {
  /** `GET`, `POST`, `LOCK` or `UNLOCK`; anything else is refused. */
  readonly method: string;
  /** From the path. */
  readonly deploymentId: string;
  readonly unitId: string;
  /** The query parameter `ID`. */
  readonly lockId?: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** The header `Content-MD5`. */
  readonly contentMd5?: string;
  readonly body: Uint8Array;
}

/** What to answer. */
export interface StateResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** User name that goes with a state credential. */
export const STATE_USER = 'caisson';

/**
 * Terraform's `http` state backend without a server around it: what Terraform 1.11 and OpenTofu 1.12 were seen to send
 * and to need in answer.
 *
 * The fence decides: a request under a lower token than one seen before for the deployment is refused, and a lock that
 * was taken under a lower token is given to the asker. Answers may be lost, so a request that repeats what was done is
 * answered as the first time. No input makes it fail; only the store does.
 */
export class TerraformStateBackend {
  readonly #store: TerraformStateStore;
  readonly #credentials: StateCredentials;

  constructor(store: TerraformStateStore, credentials: StateCredentials) {
    this.#store = store;
    this.#credentials = credentials;
  }

  /** Answers one request. Throws only what the store throws. */
  async handle(request: StateRequest): Promise<StateResponse> {
    const grant = this.#authorize(request);
    if ('status' in grant) return grant;
    if (request.method === 'GET') return this.#get(grant);
    const change = CHANGES.get(request.method);
    if (change === undefined)
      return refusal(405, 'Use GET, POST, LOCK or UNLOCK.', { allow: 'GET, POST, LOCK, UNLOCK' });
    if (grant.mode !== 'write') return refusal(403, 'This credential may only read.');
    return this.#store.transact(grant, grant.fencingToken, (transaction) =>
      isStale(grant, transaction)
        ? Promise.resolve(staleHolder(transaction.fence))
        : change(transaction, request, grant),
    );
  }

  #authorize(request: StateRequest): StateGrant | StateResponse {
    const password = passwordOf(request.authorization);
    if (password === undefined) return refusal(401, 'Send the state credential.', { 'www-authenticate': 'Basic' });
    const check = this.#credentials.verify(password);
    if (check.outcome !== 'valid') return refusal(403, `The state credential is ${check.outcome}.`);
    // Never 404 here: Terraform takes that for "nothing exists yet" and creates everything again.
    const { grant } = check;
    if (grant.deploymentId === request.deploymentId && grant.unitId === request.unitId) return grant;
    return refusal(403, 'The state credential is for another state.');
  }

  /** A holder's reading moves the fence too: from now on its predecessor writes nothing. */
  async #get(grant: StateGrant): Promise<StateResponse> {
    if (grant.mode === 'write') {
      const fence = await this.#store.transact(grant, grant.fencingToken, ({ fence: seen }) => Promise.resolve(seen));
      if (grant.fencingToken < fence) return staleHolder(fence);
    }
    const content = await this.#store.read(keyOf(grant));
    return content === undefined
      ? refusal(404, 'There is no state yet.')
      : { status: 200, headers: JSON_TYPE, body: content };
  }
}

type Change = (transaction: StateTransaction, request: StateRequest, grant: StateGrant) => Promise<StateResponse>;

const CHANGES: ReadonlyMap<string, Change> = new Map([
  ['POST', post],
  ['LOCK', lock],
  ['UNLOCK', unlock],
]);

async function lock(transaction: StateTransaction, request: StateRequest, grant: StateGrant): Promise<StateResponse> {
  const lockId = lockIdOf(request.body);
  if (lockId === undefined) return refusal(400, 'The body is no lock info.');
  const held = transaction.lock;
  // The same id again: the first answer was lost. A 423 here would lock Terraform out by its own lock for good.
  if (held !== undefined && held.lockId !== lockId && held.fencingToken >= grant.fencingToken) return locked(held);
  await transaction.setLock({
    lockId,
    fencingToken: grant.fencingToken,
    info: Buffer.from(request.body).toString('utf8'),
  });
  return DONE;
}

async function unlock(transaction: StateTransaction, request: StateRequest): Promise<StateResponse> {
  const held = transaction.lock;
  if (held === undefined) return DONE; // Unlocked before, and the answer was lost.
  // No body: force-unlock. Whoever comes this far holds the newest token.
  if (request.body.length > 0) {
    const lockId = lockIdOf(request.body);
    if (lockId === undefined) return refusal(400, 'The body is no lock info.');
    if (lockId !== held.lockId) return conflict(held);
  }
  await transaction.setLock(undefined);
  return DONE;
}

async function post(transaction: StateTransaction, request: StateRequest, grant: StateGrant): Promise<StateResponse> {
  const held = transaction.lock;
  if (held === undefined || request.lockId === undefined) return refusal(409, 'Lock the state before writing it.');
  if (held.lockId !== request.lockId || held.fencingToken !== grant.fencingToken) return conflict(held);
  const unfit = faultOf(request);
  if (unfit !== undefined) return unfit;
  const next = headOf(request.body);
  if (next === undefined) return refusal(422, 'The body is no state of format 4. An empty state is never taken.');
  const { head } = transaction;
  if (head !== undefined) {
    if (head.digest === next.digest) return DONE; // Stored before, and the answer was lost.
    const reason = refuseSuccessor(head, next);
    if (reason !== undefined) return refusal(409, reason);
  }
  await transaction.addVersion(next, request.body);
  return DONE;
}

function faultOf(request: StateRequest): StateResponse | undefined {
  if (request.body.length > STATE_BYTES_MAX) return refusal(413, `A state may have ${STATE_BYTES_MAX} bytes.`);
  if (matchesContentMd5(request.body, request.contentMd5)) return undefined;
  return refusal(400, 'The body is not what Content-MD5 says: it was cut short or changed on the way.');
}

/** Why a state cannot follow another; undefined when it can. */
function refuseSuccessor(head: StateHead, next: StateHead): string | undefined {
  if (next.lineage !== head.lineage) return `The state has lineage ${head.lineage}, not ${next.lineage}.`;
  if (next.serial > head.serial) return undefined;
  return `The state is at serial ${head.serial}; ${next.serial} does not follow it.`;
}

function isStale(grant: StateGrant, transaction: StateTransaction): boolean {
  return grant.fencingToken < transaction.fence;
}

function keyOf({ tenantId, deploymentId, unitId }: StateGrant): StateKey {
  return { tenantId, deploymentId, unitId };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const DONE: StateResponse = { status: 200, headers: {}, body: new Uint8Array() };

/** 403 is final for Terraform: it does not ask again, and stops. */
function staleHolder(fence: number): StateResponse {
  return refusal(403, `A newer holder (token ${fence}) has taken over the deployment. Stop.`);
}

/** Terraform shows the lock info it finds in the body and fails on any other body. */
function locked(held: StateLock): StateResponse {
  return { status: 423, headers: JSON_TYPE, body: Buffer.from(held.info) };
}

function conflict(held: StateLock): StateResponse {
  return { status: 409, headers: JSON_TYPE, body: Buffer.from(held.info) };
}

function refusal(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): StateResponse {
  const body = Buffer.from(JSON.stringify({ reason }));
  return { status, headers: { ...JSON_TYPE, ...headers }, body };
}

/** Source: RFC 7617, section 2. */
function passwordOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return user === STATE_USER && password.length > 0 ? password.join(':') : undefined;
}
