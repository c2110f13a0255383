/** One request under an idempotency key. */
export interface KeyedRequest {
  readonly tenantId: string;
  /** Whose key it is. */
  readonly caller: string;
  readonly key: string;
  /** Follows from all that the request says. Another one under the same key is another request. */
  readonly fingerprint: string;
}

/** What the answer to a request was; `body` as JSON, absent where there was none. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The refusal that it was. `body` is not used then. */
  readonly refusal?: KeptRefusal;
}

/** A refusal without what belongs to one request only. */
export interface KeptRefusal {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly members: Readonly<Record<string, unknown>>;
}

/** What a key says about the request that came with it. */
export type KeyState =
  /** It is the first, or the one before came to nothing: answer it, then `keep` or `release`. */
  | { readonly state: 'claimed'; readonly claim: string }
  /** The same request is being answered right now. */
  | { readonly state: 'in-use' }
  /** The key belongs to a request that said something else. */
  | { readonly state: 'other-request' }
  /** It was answered, and the answer was not for keeping. */
  | { readonly state: 'not-kept' }
  | { readonly state: 'answered'; readonly answer: KeptAnswer };

/** Remembers answers by idempotency key, for all replicas of a service. */
export interface IdempotentAnswers {
  /** Of requests at the same time, one gets the claim. A claim that is neither kept nor released ends by itself. */
  claim(request: KeyedRequest): Promise<KeyState>;
  /** Remembers the answer; undefined: only that there was one. Nothing happens when the claim has ended. */
  keep(request: KeyedRequest, claim: string, answer: KeptAnswer | undefined): Promise<void>;
  /** Forgets a request that came to nothing, so that the next one with the key is the first. */
  release(request: KeyedRequest, claim: string): Promise<void>;
}
