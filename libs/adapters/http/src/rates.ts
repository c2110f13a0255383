import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from './authenticator.js';
import { edgeProblem } from './edge-problems.js';
import { networkOf } from './network-of.js';
import type { OperationOptions } from './operation.js';
import type { RateCheck, RateLimiter, RatePolicy, RateState } from './rate-limiter.js';
import { refillMs } from './rate-limiter.js';

const MS_PER_S = 1000;
const MS_PER_MINUTE = 60 * MS_PER_S;

/** How many requests callers may send; 0 = as many as they like. */
export interface RateSettings {
  /** Of one principal in any minute. */
  readonly rateCallerPerMinute: number;
  /** From one address in the long run. */
  readonly rateAddressPerMinute: number;
  /** From one address at once. */
  readonly rateAddressBurst: number;
  /** Tries to log in from one address, and to one account, in the long run. */
  readonly rateLoginPerMinute: number;
  /** Tries to log in at once. */
  readonly rateLoginBurst: number;
}

/** A request at the point where it is known who sent it. */
export interface RatedRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly operation: OperationOptions;
  /** Absent when nobody is known. */
  readonly principal: Principal | undefined;
}

/** Counts requests by who sends them and from where, and says in every answer how many are left. */
export class Rates {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly settings: RateSettings,
    private readonly onRefused: (policy: string) => void,
  ) {}

  /**
   * Lets a request through, or not.
   *
   * @throws HttpProblem 429 `rate-limited` with `Retry-After`.
   */
  async admit(rated: RatedRequest): Promise<void> {
    const checks = this.checksOf(rated);
    if (checks.length === 0) return;
    const states = await this.limiter.take(checks);
    const limits = checks.map(({ policy }, index) => ({ policy, state: states[index] ?? FREE }));
    tell(rated.reply, limits);
    const refused = limits.filter(({ state }) => !state.allowed);
    const [worst] = refused.sort((left, right) => right.state.nextMs - left.state.nextMs);
    if (worst === undefined) return;
    this.onRefused(worst.policy.name);
    const retryAfterS = secondsUntil(worst.state);
    throw edgeProblem('rate-limited', {
      detail: `The limit "${worst.policy.name}" is used up. Send it again in ${retryAfterS} s, and fewer from then on.`,
      headers: { 'retry-after': String(retryAfterS) },
      members: { policy: worst.policy.name },
    });
  }

  private checksOf({ operation, principal, request }: RatedRequest): readonly RateCheck[] {
    const { rateAddressBurst, rateAddressPerMinute, rateCallerPerMinute } = this.settings;
    const address = bucket('address', rateAddressBurst, rateAddressPerMinute);
    const caller: RatePolicy = {
      ...{ kind: 'window', name: 'caller', limit: rateCallerPerMinute, windowMs: MS_PER_MINUTE },
    };
    return [
      ...(rateAddressPerMinute === 0 ? [] : [{ key: networkOf(request.ip), policy: address }]),
      ...(principal === undefined || rateCallerPerMinute === 0 ? [] : [{ key: keyOf(principal), policy: caller }]),
      ...(operation.login === true ? this.loginChecks(request, principal) : []),
    ];
  }

  /** Guesses at one account come from many addresses, and guesses from one address at many accounts. */
  private loginChecks({ body, ip }: FastifyRequest, principal: Principal | undefined): readonly RateCheck[] {
    const { rateLoginBurst, rateLoginPerMinute } = this.settings;
    if (rateLoginPerMinute === 0) return [];
    const account = principal === undefined ? accountOf(body) : keyOf(principal);
    const ofAccount = bucket('login-account', rateLoginBurst, rateLoginPerMinute);
    return [
      { key: networkOf(ip), policy: bucket('login-address', rateLoginBurst, rateLoginPerMinute) },
      ...(account === undefined ? [] : [{ key: account, policy: ofAccount }]),
    ];
  }
}

const FREE: RateState = { allowed: true, remaining: 0, nextMs: 0 };
const ACCOUNT_MAX = 256;
const DEFAULT_TENANT = 'default';

function keyOf({ principalId, tenantId }: Principal): string {
  return `${tenantId} ${principalId}`;
}

/** The account that a body names; who names no tenant means `default`, as the operations do. */
function accountOf(body: unknown): string | undefined {
  const named = (body ?? {}) as { readonly tenant?: unknown; readonly username?: unknown };
  const { tenant = DEFAULT_TENANT, username } = named;
  return typeof username === 'string' ? JSON.stringify([tenant, username]).slice(0, ACCOUNT_MAX) : undefined;
}

function bucket(name: string, capacity: number, refillPerMinute: number): RatePolicy {
  return { kind: 'bucket', name, capacity, refillPerMinute };
}

interface Limit {
  readonly policy: RatePolicy;
  readonly state: RateState;
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-11, and the older names of the limit that ends first. */
function tell(reply: FastifyReply, limits: readonly Limit[]): void {
  const [tightest] = [...limits].sort((left, right) => left.state.remaining - right.state.remaining);
  if (tightest === undefined) return;
  const { policy, state } = tightest;
  void reply.headers({
    'ratelimit-policy': limits
      .map((limit) => `"${limit.policy.name}";q=${quotaOf(limit.policy)};w=${windowSOf(limit.policy)}`)
      .join(', '),
    ratelimit: limits
      .map(({ policy: { name }, state: now }) => `"${name}";r=${now.remaining};t=${secondsUntil(now)}`)
      .join(', '),
    'x-ratelimit-limit': String(quotaOf(policy)),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': String(secondsUntil(state)),
  });
}

function quotaOf(policy: RatePolicy): number {
  return policy.kind === 'window' ? policy.limit : policy.capacity;
}

/** In which an unused limit is given anew. */
function windowSOf(policy: RatePolicy): number {
  const ms = policy.kind === 'window' ? policy.windowMs : policy.capacity * refillMs(policy);
  return Math.max(1, Math.ceil(ms / MS_PER_S));
}

function secondsUntil({ nextMs }: RateState): number {
  return Math.ceil(nextMs / MS_PER_S);
}
