import type { BranchPush } from './delivery.events.js';

/** What a delivery means to us: a push to a branch, or nothing, with the reason. */
export type DeliveryMeaning =
  { readonly kind: 'push'; readonly push: BranchPush } | { readonly kind: 'nothing'; readonly reason: string };

const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\/[A-Za-z0-9._-]{1,100}$/;
const BRANCH = /^(?!-)[A-Za-z0-9._/+@#=-]{1,200}$/; // A subset of what Git allows: nothing a shell or a URL reads.
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_[\]-]{0,99}$/;
const BRANCH_REF = 'refs/heads/';

/**
 * Reads a delivery of GitHub whose signature was checked. Never throws: what is not a push to a branch, or is not
 * shaped like one, means nothing. Reads five fields and follows no URL of the payload.
 *
 * Source: GitHub, "Webhook events and payloads", sections push and ping.
 *
 * @param event - the header `X-GitHub-Event`.
 * @param payload - the parsed body; anything.
 */
export function meaningOfGithubDelivery(event: string, payload: unknown): DeliveryMeaning {
  if (event === 'ping') return nothing('the forge only asks whether we are here');
  if (event !== 'push') return nothing('not a push');
  const ref = text(payload, 'ref');
  if (ref === undefined || !ref.startsWith(BRANCH_REF)) return nothing('not a branch, such as a tag');
  const commit = text(payload, 'after') ?? '';
  if (member(payload, 'deleted') === true || /^0+$/.test(commit)) return nothing('the branch was deleted');
  const push = {
    repository: text(member(payload, 'repository'), 'full_name') ?? '',
    branch: ref.slice(BRANCH_REF.length),
    commit,
    sender: text(member(payload, 'sender'), 'login') ?? '',
  };
  const unfit = unfitField(push);
  return unfit === undefined ? { kind: 'push', push } : nothing(`the payload has no usable ${unfit}`);
}

function unfitField({ branch, commit, repository, sender }: BranchPush): string | undefined {
  if (!REPOSITORY.test(repository) || repository.endsWith('/..') || repository.endsWith('/.')) return 'repository';
  if (!BRANCH.test(branch) || branch.includes('..') || branch.includes('@{')) return 'branch';
  if (!COMMIT.test(commit)) return 'commit';
  return LOGIN.test(sender) ? undefined : 'sender';
}

function nothing(reason: string): DeliveryMeaning {
  return { kind: 'nothing', reason };
}

function member(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}
